"""What is kept of a series beside its counts: by which name its place is told, and what older records still say."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from contracts.alert import Certainty, EventReference, Place
from contracts.series_deltas import SeriesDelta, SeriesDeltas, Share, Subject
from services.detector.detection import Detection
from services.detector.pipeline import everything_seen
from services.detector.state import SeriesState
from services.detector.store import MemoryStore
from services.detector.world import Clock
from tests.detector.posts import MONDAY_NOON, whole

UTRECHT = {"gemeente": "Utrecht", "gemeente_code": "GM0344", "region": "VR09"}
BREDA = Place(gemeente="Breda", gemeente_code="GM0758", region="VR20", certainty=Certainty.CERTAIN)


def street(name: str, certainty: Certainty = Certainty.CERTAIN) -> Place:
    return Place(**UTRECHT, name=name, certainty=certainty)


def told(places: Sequence[Place]) -> Place | None:
    state = SeriesState.new(Subject(phenomenon="rellen"), "phenomenon", MONDAY_NOON)
    for offset, place in enumerate(places):
        share = Share(offset=offset, minute=MONDAY_NOON, posts=1, source="bluesky", places={"key": 1})
        state.add(share, 10, {"key": place})
    return SeriesState.from_bytes(state.to_bytes()).mainly_at(MONDAY_NOON)


def test_a_town_is_not_lost_for_the_number_of_its_streets() -> None:
    found = told([*(street(f"Straat {number}") for number in range(40)), *[BREDA] * 22])
    assert found is not None
    assert found.gemeente == "Utrecht"


@pytest.mark.parametrize("turned", [False, True])
def test_it_is_called_what_most_call_it_however_sure_each_was(turned: bool) -> None:
    posts = [street("Vismarkt"), *[street("Vismarkt", Certainty.LIKELY)] * 4, *[street("Oudegracht")] * 4]
    assert told(posts[::-1] if turned else posts) == street("Vismarkt")


def test_a_record_of_the_release_before_still_tells_of_a_call_and_what_to_bring() -> None:
    """It says both of the whole delta, and not from which minute the subject is."""
    event = EventReference(place="Coolsingel", starts="2026-11-10T20:00", call=True, objects=("vuurwerk",))
    kept: MemoryStore[SeriesState] = MemoryStore()
    detection = Detection(0, 1, whole(), series=kept, clocks=MemoryStore[Clock](), blindness=everything_seen)
    for offset, heard in enumerate([EventReference(place="Coolsingel", starts="2026-11-10T20:00"), event]):
        share = Share(offset=offset, minute=MONDAY_NOON + offset, posts=1, source="bluesky", authors=(f"a{offset}",))
        delta = SeriesDelta(
            series="event:x", subject=Subject(phenomenon="rellen", place=BREDA, event=heard), shares=(share,)
        )
        detection.apply(SeriesDeltas(source=0, sources=1, upto=offset, watermark=MONDAY_NOON + offset, deltas=(delta,)))
    assert kept["/event:x"].kept.subject.event == event
    assert kept["/event:x"].kept.named_minute == MONDAY_NOON
