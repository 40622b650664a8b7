"""What no mandate covers is not counted, and what an ended one gave is emptied; exercises need none."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as structs_replace

from configuration.mandates import AMSTERDAM, Cover, Mandate, cover
from contracts.alert import Change, State
from contracts.anonymous_posts import AnonymousPost
from services.detector.detection import Detection
from services.detector.pipeline import Pipeline, everything_seen
from tests.configuration.test_mandates import mandate
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, replay, whole

T = MONDAY_NOON
NOW = datetime.datetime(2026, 9, 1, tzinfo=AMSTERDAM)
AFTER = datetime.datetime(2027, 8, 1, tzinfo=AMSTERDAM)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
ENDED = datetime.datetime(2027, 9, 1, tzinfo=AMSTERDAM)
RIOT = "rellen in Rotterdam verschrikkelijk"
REGION = "VR17"


def everything(**changed: object) -> Mandate:
    return mandate(**({"phenomena": ["*"], "regions": ["*"], "sources": ["*"]} | changed))


def run(allowed: Cover | None, exercise: str | None = None) -> dict[str, object]:
    posts = batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)], exercise=exercise)
    return dict(last(replay(whole(), posts, pipeline=Pipeline(whole(), cover=allowed))))


def test_a_crowd_alerts_under_a_mandate_that_covers_it() -> None:
    assert run(cover([everything()], NOW))
    assert run(cover([everything(phenomena=["rellen"], regions=[REGION], sources=["bluesky"])], NOW))


@pytest.mark.parametrize(
    "lacking",
    [{"phenomena": ["plunderen"]}, {"regions": ["VR01"]}, {"sources": ["mastodon"]}],
    ids=lambda lacking: next(iter(lacking)),
)
def test_a_mandate_for_something_else_counts_nothing(lacking: dict[str, list[str]]) -> None:
    pipeline = Pipeline(whole(), cover=cover([everything(**lacking)], NOW))
    assert replay(whole(), batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)]), pipeline=pipeline) == []
    counted = [name for store in pipeline.series for name in store.names()]
    assert not any("rellen" in name and "@GM0599" in name for name in counted)


def test_without_a_mandate_nothing_is_kept_at_all_and_an_exercise_runs_as_ever() -> None:
    pipeline = Pipeline(whole(), cover=cover([everything()], ENDED))
    assert replay(whole(), batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)]), pipeline=pipeline) == []
    assert [name for store in pipeline.series for name in store.names()] == []
    assert run(cover([], NOW), exercise="oefening")


def test_when_it_ends_its_windows_are_emptied_and_only_the_alert_remains() -> None:
    pipeline = Pipeline(whole(), cover=cover([everything()], NOW))
    posts = batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)])
    alerts = []
    for offset, batch in enumerate(posts[0]):
        pipeline.add(batch, 0, offset)
        alerts += pipeline.flush(0)
    assert [alert.change for alert in alerts][:1] == [Change.OPENED]
    closed = pipeline.change_cover(cover([everything()], ENDED))
    assert [(alert.id, alert.state) for alert in closed] == [(alerts[0].id, State.CLOSED)]
    assert [name for store in pipeline.series for name in store.names()] == []
    assert list(pipeline.open_episodes.names()) == []
    pipeline.add(batches(crowd(T + 100, RIOT, 60))[0][0], 0, 10_000)
    assert pipeline.flush(0) == []
    assert [name for store in pipeline.series for name in store.names()] == []


def test_deltas_and_signals_that_were_under_way_have_no_effect_after_the_end() -> None:
    pipeline = Pipeline(whole(), cover=cover([everything()], NOW))
    posts = batches([*chatter(T, 90), *crowd(T + 60, RIOT, 60)])
    for offset, batch in enumerate(posts[0]):
        pipeline.add(batch, 0, offset)
    pipeline.change_cover(cover([everything()], ENDED))
    assert pipeline.flush(0) == []
    assert [name for store in pipeline.series for name in store.names()] == []


def test_of_what_was_under_way_only_the_sources_still_covered_count() -> None:
    pipeline = Pipeline(whole(), cover=cover([everything()], NOW))
    mixed = [*crowd(T, RIOT, 20), *(structs_replace(one, source="mastodon") for one in crowd(T, RIOT, 30))]
    for offset, batch in enumerate(batches([*mixed, *chatter(T, 30)])[0]):
        pipeline.add(batch, 0, offset)
    pipeline.change_cover(cover([everything(sources=["mastodon"])], NOW))
    alerts = pipeline.flush(0)
    assert alerts
    assert {source for alert in alerts for source in alert.observation.sources} == {"mastodon"}


def test_a_mandate_that_is_renewed_in_time_loses_nothing() -> None:
    before, after = everything(), everything(until="2027-06-01 00:00")
    pipeline = Pipeline(whole(), cover=cover([before], NOW))
    for offset, batch in enumerate(batches([*chatter(T, 90), *crowd(T + 20, RIOT, 5)])[0]):
        pipeline.add(batch, 0, offset)
        pipeline.flush(0)
    counted = [list(store.names()) for store in pipeline.series]
    assert any(counted)
    pipeline.change_cover(cover([after], NOW))
    assert [list(store.names()) for store in pipeline.series] == counted


def test_a_worker_that_was_away_when_a_mandate_ended_does_not_go_on_with_what_it_fed() -> None:
    """Beside it another goes on for the same phenomenon and region; what was counted under that alone is kept."""
    both = [everything(sources=["bluesky"]), everything(id="ander", sources=["mastodon"], until="2027-12-01 00:00")]

    def counted(cover_then: Cover, posts: list[AnonymousPost]) -> Pipeline:
        pipeline = Pipeline(whole(), cover=cover_then)
        for offset, batch in enumerate(batches(posts)[0]):
            pipeline.add(batch, 0, offset)
            pipeline.flush(0)
        return pipeline

    def restarted(pipeline: Pipeline) -> list[str]:
        store = pipeline.series[0]
        detection = Detection(
            0, 1, whole(), series=store, clocks=pipeline.clocks[0], blindness=everything_seen,
            cover=cover(both, ENDED),
        )  # fmt: skip
        assert detection.tests == 0
        return list(store.names())

    assert restarted(counted(cover(both, NOW), crowd(T, RIOT, 30))) == []
    later = int((AFTER - EPOCH).total_seconds()) // 60
    mastodon = [structs_replace(one, source="mastodon") for one in crowd(later, RIOT, 30)]
    assert restarted(counted(cover(both, ENDED), mastodon)) != []


some = st.lists(st.sampled_from(["rellen", "plunderen", "project-x"]), min_size=1, max_size=2, unique=True)
regions = st.lists(st.sampled_from([REGION, "VR01", "*"]), min_size=1, max_size=2, unique=True)
sources = st.lists(st.sampled_from(["bluesky", "mastodon"]), min_size=1, max_size=2, unique=True)
mandates = st.lists(
    st.builds(lambda p, r, s: everything(phenomena=p, regions=r, sources=s), some, regions, sources), max_size=3
)


@settings(max_examples=12, deadline=None)
@given(mandates, mandates)
def test_no_series_outlives_its_mandate(first: list[Mandate], second: list[Mandate]) -> None:
    """Whatever mandates were replaced by whatever others: what is held is covered, and came from no ended source."""
    pipeline = Pipeline(whole(), cover=cover(first, NOW))
    posts = batches([*chatter(T, 30), *crowd(T + 10, RIOT, 30), *crowd(T + 10, "plunderen in Groningen", 20)])
    for offset, batch in enumerate(posts[0]):
        pipeline.add(batch, 0, offset)
        pipeline.flush(0)
    now = cover(second, NOW)
    pipeline.change_cover(now)
    for store in pipeline.series:
        for name in store.names():
            subject = store[name].kept.subject
            region = subject.place.region if subject.place is not None else None
            assert now.watches(subject.phenomenon, region), name
            assert all(
                now.allows(subject.phenomenon, source, region)
                for one in first
                if subject.phenomenon is not None and one.watches(subject.phenomenon, region)
                for source in one.sources
            ), name
