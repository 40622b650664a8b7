"""`config/thresholds.yaml`: how rarely Seinpost may cry wolf, and the guards beside it."""

from __future__ import annotations

from pydantic import Field

from configuration.document import Entry


class Limits(Entry):
    """One set of limits. Absent values are taken from `defaults`."""

    false_alarms_per_day: float | None = Field(None, gt=0, le=100)
    """Budget per region: the tail probability at which a window fires follows from it."""
    min_authors: int | None = Field(None, ge=1)
    min_posts: int | None = Field(None, ge=1)
    min_sources: int | None = Field(None, ge=1)
    min_ratio: float | None = Field(None, ge=1)
    """Observed over expected."""
    call_authors: int | None = Field(None, ge=1)
    """Distinct authors that make a strong call an alert without a burst."""


class Defaults(Limits):
    false_alarms_per_day: float = Field(0.1, gt=0, le=100)
    min_authors: int = Field(8, ge=1)
    min_posts: int = Field(10, ge=1)
    min_sources: int = Field(1, ge=1)
    min_ratio: float = Field(2.0, ge=1)
    call_authors: int = Field(3, ge=1)


class Thresholds(Entry):
    scales_minutes: tuple[int, ...] = (5, 15, 60, 360, 1440, 10080)
    """Window lengths that are tested side by side."""
    close_after_minutes: int = Field(180, ge=5)
    """A happening closes after this long below its limit (hysteresis)."""
    coordinated_posts_per_author: float = Field(5.0, gt=1)
    """From this many posts per author a burst is marked coordinated: no crowd."""
    k_anonymity: int = Field(10, ge=5)
    """Distinct authors that must have used a word before it may be shown."""
    defaults: Defaults = Field(default_factory=Defaults)
    regions: dict[str, Limits] = Field(default_factory=dict)
    """By veiligheidsregio code."""
    phenomena: dict[str, Limits] = Field(default_factory=dict)
    """By phenomenon id; wins over the region."""

    def limits(self, phenomenon: str, region: str | None) -> Defaults:
        """The limits in force for one phenomenon in one region (None: national queue)."""
        merged = self.defaults.model_dump()
        for layer in (self.regions.get(region or ""), self.phenomena.get(phenomenon)):
            if layer is not None:
                merged |= layer.model_dump(exclude_none=True)
        return Defaults.model_validate(merged)
