"""An alert as its card and its page show it. Pure: the moment is passed in."""

from __future__ import annotations

from dataclasses import dataclass

from configuration.alarms import Step
from configuration.guidance import Phase
from contracts.alert import Alert, EventReference, State
from services.notifier.console import times, words
from services.notifier.console.chart import Chart, chart
from services.notifier.console.times import MINUTE_MS
from services.notifier.handling import open_actions
from services.notifier.life import UNSEEN
from services.notifier.store.alerts import Case

REPLAYED_AFTER_MS = 6 * 3_600_000
"""Posts this much older than their alert record: a replay. "14 years ago" would help nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for a `<time>` element. ``relative`` is empty in a replay; the script keeps it up to date otherwise."""

    ms: int
    iso: str
    absolute: str
    relative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """When people are called to come."""

    where: str
    when: str
    countdown: str
    """``over 2 u 56 min``, or in a replay how long it was then."""
    starts: Moment | None
    """Present when the countdown runs: live, and with a time of day."""
    call: bool
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The escalation clock of an alert that nobody has seen."""

    due: Moment
    to: str
    """Receivers of the next step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    case: Case
    alert: Alert
    title: str
    severity: str
    status: str
    unseen: bool
    over: bool
    replayed: bool
    where: str
    region: str
    place_note: str
    opened: Moment
    updated: Moment
    received: Moment
    status_since: Moment
    happening: Happening | None
    moved_from: Happening | None
    moved_to: Happening | None
    also: tuple[Happening, ...]
    sureness: str
    phase: Phase
    actions: frozenset[str]
    head_version: str
    """Changes when anything of the alert does."""
    chart: Chart | None
    clock: Clock | None
    companions: tuple[Card, ...] = ()
    """Other alerts of the same happening; they share this card."""
    under: int = 0
    """Alerts of the place that stand under this one of its event."""

    @property
    def version(self) -> str:
        """Changes when anything on the card does: the script replaces only cards that changed."""
        clock = f"{self.clock.due.ms}" if self.clock else ""
        return ".".join((self.head_version, clock, str(self.under), *(card.head_version for card in self.companions)))


def present(
    case: Case, now_ms: int, regions: dict[str, str], steps: tuple[Step, ...] = (), *, drawn: bool = True
) -> Card:
    """``regions``: names by veiligheidsregio code. ``steps``: of the escalation. ``drawn``: with its chart."""
    alert = case.alert
    replayed = alert.emitted_ms - alert.updated_minute * MINUTE_MS > REPLAYED_AFTER_MS
    reference_ms = alert.updated_minute * MINUTE_MS if replayed else now_ms
    seen = alert.observation
    return Card(
        case=case,
        alert=alert,
        title=alert.label,
        severity=words.SEVERITY[alert.severity],
        status=words.STATUS[case.status],
        unseen=case.status in UNSEEN,
        over=alert.state is State.CLOSED,
        replayed=replayed,
        where=_where(alert),
        region=_region(alert, regions),
        place_note=_place_note(alert),
        opened=_moment(alert.opened_minute * MINUTE_MS, now_ms, live=not replayed),
        updated=_moment(alert.updated_minute * MINUTE_MS, now_ms, live=not replayed),
        received=_moment(case.received_ms, now_ms, live=True),
        status_since=_moment(case.status_ms, now_ms, live=True),
        happening=_happening(alert.event, reference_ms, now_ms, replayed=replayed),
        moved_from=_happening(alert.moved_from, reference_ms, now_ms, replayed=replayed),
        moved_to=_happening(alert.moved_to, reference_ms, now_ms, replayed=replayed),
        also=tuple(
            told for one in alert.also if (told := _happening(one, reference_ms, now_ms, replayed=replayed)) is not None
        ),
        sureness=words.sureness(seen.probability, seen.coverage, coordinated=seen.coordinated),
        phase=phase(alert, reference_ms),
        actions=frozenset(action.value for action in open_actions(case.status)),
        head_version=f"{alert.revision}.{case.status_ms}.{case.status}.{case.held}",
        chart=chart(alert) if drawn else None,
        clock=_clock(case, now_ms, steps),
    )


def _clock(case: Case, now_ms: int, steps: tuple[Step, ...]) -> Clock | None:
    if case.escalate_ms is None or case.escalation_step >= len(steps):
        return None
    return Clock(due=_moment(case.escalate_ms, now_ms, live=True), to=", ".join(steps[case.escalation_step].receivers))


def phase(alert: Alert, now_ms: int) -> Phase:
    if alert.state is State.CLOSED:
        return Phase.AFTER
    start = times.wall_ms(alert.event.starts) if alert.event and alert.event.starts else None
    if start is not None and now_ms >= start[0]:
        return Phase.DURING
    return Phase.BEFORE


def _moment(ms: int, now_ms: int, *, live: bool) -> Moment:
    return Moment(
        ms=ms,
        iso=times.local(ms).isoformat(timespec="seconds"),
        absolute=times.moment(ms, now_ms),
        relative=times.ago(ms, now_ms) if live else "",
    )


def _where(alert: Alert) -> str:
    """The finest name first, as on an address label; the gemeente only once."""
    parts = [alert.place.name, alert.place.gemeente]
    named = [part for index, part in enumerate(parts) if part and part not in parts[:index]]
    return ", ".join(named) or "Plaats niet bekend"


def _region(alert: Alert, regions: dict[str, str]) -> str:
    code = alert.place.region
    return regions.get(code, code) if code else "Landelijk, nog geen regio"


def _place_note(alert: Alert) -> str:
    note = f"plaats {words.CERTAINTY[alert.place.certainty]}"
    if alert.place.candidates:
        note += f"; het kan zijn: {', '.join(alert.place.candidates)}"
    return note


def _happening(event: EventReference | None, reference_ms: int, now_ms: int, *, replayed: bool) -> Happening | None:
    if event is None:
        return None
    start = times.wall_ms(event.starts) if event.starts else None
    when, countdown, running = "tijd niet genoemd", "", None
    if start is not None:
        ms, has_clock = start
        today = times.local(now_ms).date()
        when = times.moment(ms, now_ms) if has_clock else times.day(times.local(ms).date(), today)
        minutes = (ms - reference_ms) // MINUTE_MS
        if has_clock or abs(minutes) > times.DAY_MINUTES:
            countdown = _countdown(minutes, replayed=replayed)
        if has_clock and not replayed:
            running = _moment(ms, now_ms, live=True)
    places = [event.place, event.gemeente]
    named = [place for index, place in enumerate(places) if place and place not in places[:index]]
    return Happening(
        where=", ".join(named) or "plek niet genoemd",
        when=when,
        countdown=countdown,
        starts=running,
        call=event.call,
        objects=event.objects,
    )


def _countdown(minutes: int, *, replayed: bool) -> str:
    """To the named time; in a replay as it stood at the alert's last record."""
    size = times.duration(minutes)
    if replayed:
        return f"bij de laatste stand nog {size}" if minutes > 0 else f"bij de laatste stand al {size} bezig"
    return f"over {size}" if minutes > 0 else f"{size} geleden begonnen"
