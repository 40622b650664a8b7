"""The whole detector in process: what makes an alert, what does not, and that order and repetition change nothing."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from configuration import Configuration
from contracts.alert import Alert, Change, Kind, Severity, State
from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.series_deltas import partition_for
from seinpost.backtest import line_of
from services.detector.detection import Detection
from services.detector.pipeline import Pipeline, everything_seen
from services.detector.state import SeriesState
from tests.detector.posts import MONDAY_NOON, batches, chatter, crowd, last, opened, post, replay, whole

T = MONDAY_NOON
DAY = 1440
RIOT = "rellen in Rotterdam verschrikkelijk"


@pytest.fixture(scope="module")
def config() -> Configuration:
    return whole()


def alerts_of(config: Configuration, *posts: list[AnonymousPost], partitions: int = 1, seed: int = 0) -> list[Alert]:
    return replay(config, batches([one for some in posts for one in some], partitions), seed=seed)


def test_a_crowd_at_a_place_is_one_alert_that_opens_grows_and_closes(config: Configuration) -> None:
    alerts = alerts_of(config, chatter(T, 2 * DAY), crowd(T + DAY, RIOT, 120, minutes=60))
    happening = opened(alerts)
    assert [alert.label for alert in happening] == ["Oproep tot rellen – Rotterdam"]
    assert T + DAY <= happening[0].opened_minute <= T + DAY + 10
    final = last(alerts)[happening[0].id]
    assert (final.change, final.state) == (Change.CLOSED, State.CLOSED)
    assert final.closed_minute is not None
    assert final.closed_minute < T + DAY + 60 + 12 * 60, "a long window must not keep a short burst open"
    assert final.place.region == "VR17"
    assert final.observation.observed >= 10
    assert final.observation.authors > 8
    assert "Rotterdam" in final.reason
    assert final.context == ("verschrikkelijk",)
    assert final.terms[0] == "rellen"
    assert [alert.revision for alert in alerts if alert.id == final.id] == list(range(1, final.revision + 1))


def test_two_quiet_days_alert_nothing(config: Configuration) -> None:
    assert alerts_of(config, chatter(T, 2 * DAY)) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_partitions_and_their_interleaving_change_no_id_and_no_figure(config: Configuration, seed: int) -> None:
    posts = [
        *chatter(T, 2 * DAY),
        *crowd(T + DAY, RIOT, 120, minutes=60),
        *crowd(T + DAY + 30, "rellen in Utrecht verschrikkelijk", 60, minutes=20),
        *crowd(T + DAY + 200, "rellen vuurwerk", 60, minutes=20),
    ]
    alone = last(replay(config, batches(posts)))
    spread = last(replay(config, batches(posts, 4), seed=seed, flush_each=seed))
    assert len(alone) >= 2
    assert [line_of(alert) for alert in alone.values()] == [line_of(spread[id_]) for id_ in alone]
    assert spread.keys() == alone.keys()


@pytest.mark.parametrize("size", [1, 7, 500])
@pytest.mark.parametrize("partitions", [1, 4])
def test_neither_does_the_size_of_records(config: Configuration, partitions: int, size: int) -> None:
    """At night few write and a record holds hours; by day each post may come alone. What a day begins with, what a town
    is called and what people are told to bring must not hang on that."""
    night = T + 10 * 60  # 22:00 UTC: the largest records reach over midnight
    names = ("Haren", "Stationsweg Groningen", "Groningen")
    posts = [
        *chatter(night, 3 * DAY, seed=4)[::4],
        *crowd(night + DAY + 300, "car_meet", 12, minutes=180),
        *(
            post(night + 2 * DAY + number, f"project_x in {names[number % 3]} {text}", f"guest-{number}")
            for number, text in enumerate(["morgen 20:00 kom allemaal", "feest", "morgen 20:00 vuurwerk meenemen"] * 12)
        ),
        *(
            post(night + 2 * DAY + 40 + number, f"rellen in {names[number % 2]}", f"rioter-{number}")
            for number in range(25)
        ),
    ]
    alone = last(replay(config, batches(posts, size=40)))
    spread = last(replay(config, batches(posts, partitions, size), seed=size))
    assert {"project-x", "car-meet"} <= {alert.phenomenon for alert in alone.values()}
    assert [line_of(alert) for alert in spread.values()] == [line_of(alert) for alert in alone.values()]


@pytest.mark.parametrize("size", [1, 7])
def test_a_withdrawal_in_the_record_that_told_the_post_changes_no_more_than_later(
    config: Configuration, size: int
) -> None:
    call = "rellen Coolsingel Rotterdam morgen 20:00 vuurwerk meenemen kom_allemaal"
    told = [post(T + 600, call, f"caller-{number}") for number in range(4)]
    back = [post(T + 600, call, f"caller-{number}", retract=True) for number in range(4)]
    posts = [*chatter(T, DAY)[::6], *told, *back]
    together = last(replay(config, batches(posts, size=500)))
    assert [alert.kind for alert in together.values()] == [Kind.CALL]
    apart = last(replay(config, batches(posts, size=size)))
    assert [line_of(alert) for alert in apart.values()] == [line_of(alert) for alert in together.values()]


@pytest.mark.parametrize(("partitions", "size"), [(1, 1), (1, 9), (4, 7)])
def test_a_gathering_is_told_as_its_earliest_post_has_it(config: Configuration, partitions: int, size: int) -> None:
    """Posts of one gathering may name another phenomenon, and clocks some minutes apart."""
    posts = [
        *chatter(T, DAY)[::6],
        *(
            post(T + 600 + number // 4, f"{what} Coolsingel Rotterdam morgen {clock} kom_allemaal", f"caller-{number}")
            for number in range(24)
            for what, clock in [(("rellen", "20:05"), ("project_x", "20:00"))[number % 2]]
        ),
    ]
    alone = last(replay(config, batches(posts, size=500)))
    spread = last(replay(config, batches(posts, partitions, size), seed=size))
    assert alone
    assert [line_of(alert) for alert in spread.values()] == [line_of(alert) for alert in alone.values()]


def test_a_restart_changes_neither_what_waits_nor_when_counting_began(config: Configuration) -> None:
    """Posts wait for a partition that is behind; the detector starts again; a day later their series is there still."""
    midnight = T + 12 * 60
    ahead = [post(midnight - 30, "mooi weer in Utrecht", f"chat-{number}") for number in range(5)]
    ahead += crowd(midnight - 5, "rellen", 30, minutes=3)
    late = [post(midnight + 10, "mooi weer in Breda", f"slow-{number}") for number in range(5)]
    kept = []
    for restarts in (False, True):
        pipeline = Pipeline(config, partitions=2)
        target = pipeline.detections[partition_for("phenomenon:rellen", 2)]
        for source, some in ((0, ahead), (1, late)):
            if restarts and source:
                target = started_again(pipeline, target)
            pipeline.add(AnonymousBatch(partition=source, posts=numbered(some)), source, 0)
            pipeline.flush(source)
        pipeline.finish()
        clock = target._clocks.get("")
        assert clock is not None
        kept.append(sorted(store.names()) for store in pipeline.series)
        assert clock.began == midnight
        assert any("phenomenon:rellen" in name for store in pipeline.series for name in store.names())
    assert [list(names) for names in kept[0]] == [list(names) for names in kept[1]]


def started_again(pipeline: Pipeline, old: Detection) -> Detection:
    """From the bytes of what it kept."""
    number = old._partition
    for name, state in list(pipeline.series[number].items()):
        pipeline.series[number].put(name, SeriesState.from_bytes(state.to_bytes()))
    new = Detection(
        number, 2, old._configuration, series=pipeline.series[number], clocks=pipeline.clocks[number],
        blindness=everything_seen,
    )  # fmt: skip
    pipeline.detections[number] = new
    return new


def numbered(posts: list[AnonymousPost]) -> tuple[AnonymousPost, ...]:
    return tuple(replace(one, offset=number) for number, one in enumerate(posts))


def test_a_batch_projected_twice_counts_once(config: Configuration) -> None:
    records = batches([*chatter(T, DAY), *crowd(T + DAY, RIOT, 40), *chatter(T + DAY, 60, seed=2)])
    whole_again = [[*records[0][:50], *records[0][40:]]]
    once, twice = last(replay(config, records)), last(replay(config, whole_again))
    assert [line_of(alert) for alert in once.values()] == [line_of(alert) for alert in twice.values()]


def test_a_record_read_again_is_skipped_by_every_series(config: Configuration) -> None:
    """After a crash a fold without its memory sends what the series have applied: they know the offsets."""
    records = batches([*chatter(T, 600), *crowd(T + 600, RIOT, 40), *chatter(T + 610, 60, seed=2)])
    first, crashed = Pipeline(config), Pipeline(config)
    expected = replay(config, records, pipeline=first)
    alerts: list[Alert] = []
    for offset, batch in enumerate(records[0]):
        crashed.add(batch, 0, offset)
        alerts += crashed.flush(0)
    crashed.folds[0].folded.clear()
    for offset, batch in enumerate(records[0][-20:], len(records[0]) - 20):
        crashed.add(batch, 0, offset)
        alerts += crashed.flush(0)
    alerts += crashed.finish()
    assert crashed.detections[0].repeated > 0
    assert [line_of(alert) for alert in last(alerts).values()] == [line_of(alert) for alert in last(expected).values()]
    for name, state in first.series[0].items():
        assert crashed.series[0][name].counts.to_bytes() == state.counts.to_bytes(), name


def test_a_call_with_place_and_time_alerts_without_a_burst(config: Configuration) -> None:
    text = "kom_allemaal morgen 20:00 naar Coolsingel neem_mee vuurwerk rellen"
    calls = [post(T + 700 + number * 20, text, f"caller-{number}") for number in range(3)]
    alerts = alerts_of(config, chatter(T, DAY), calls)
    assert [alert.kind for alert in opened(alerts)] == [Kind.CALL]
    alert = opened(alerts)[0]
    assert alert.opened_minute == T + 740
    assert alert.event is not None
    assert (alert.event.place, alert.event.starts) == ("Coolsingel", "2026-11-11T20:00")
    assert "vuurwerk" in alert.event.objects
    assert "Coolsingel" in alert.reason
    assert "20:00" in alert.reason


def test_a_call_tells_how_unusual_so_many_posts_are_of_whom_and_how_much_was_seen(config: Configuration) -> None:
    text = "kom_allemaal morgen 20:00 naar Coolsingel neem_mee vuurwerk rellen"
    calls = [post(T + 700 + number * 20, text, f"caller-{number}") for number in range(3)]
    pipeline = Pipeline(config, blindness=lambda _: [(T + 700, T + 720, 1.0)])
    alert = opened(replay(config, batches([*chatter(T, DAY), *calls]), pipeline=pipeline))[0]
    told = alert.observation
    assert (alert.kind, told.scale_minutes, told.observed, told.authors) == (Kind.CALL, 1440, 3, 3)
    assert told.expected < 1
    assert 0 < told.probability < 1e-3
    assert told.sources == {"bluesky": 3}
    assert told.coverage == pytest.approx(21 / 41, abs=0.01), "of the time since the first of them"


def test_one_person_calling_three_times_is_not_three_callers(config: Configuration) -> None:
    text = "kom_allemaal morgen 20:00 naar Coolsingel neem_mee vuurwerk rellen"
    calls = [post(T + 700 + number * 20, text, "caller") for number in range(3)]
    assert alerts_of(config, chatter(T, DAY), calls) == []


def test_many_posts_by_few_people_are_coordinated_and_no_crowd(config: Configuration) -> None:
    few = crowd(T + 700, RIOT, 400, minutes=30, authors=9)
    alerts = last(alerts_of(config, chatter(T, DAY), few))
    assert [alert.observation.coordinated for alert in alerts.values()] == [True]
    assert next(iter(alerts.values())).severity is Severity.LOW
    fewer = crowd(T + 700, RIOT, 500, minutes=30, authors=3)
    assert alerts_of(config, chatter(T, DAY), fewer) == []


def test_slang_and_objects_alone_count_for_nothing(config: Configuration) -> None:
    assert alerts_of(config, chatter(T, DAY), crowd(T + 700, "matties vuurwerk in Rotterdam", 200)) == []


def test_a_withdrawn_post_is_counted_back(config: Configuration) -> None:
    riot = crowd(T + 700, RIOT, 9)
    extra = [post(T + 700, RIOT, "tenth"), post(T + 700, RIOT, "eleventh")]
    gone = [post(T + 700, RIOT, one.author, retract=True) for one in extra]
    assert opened(alerts_of(config, chatter(T, DAY), riot, extra))
    records = batches([*chatter(T, DAY), *riot])
    series = "/watch:rellen@GM0599"
    plain, withdrawn = Pipeline(config), Pipeline(config)
    replay(config, records, pipeline=plain)
    replay(config, batches([*chatter(T, DAY), *riot, *extra, *gone]), pipeline=withdrawn)
    now = T + DAY - 1
    assert withdrawn.series[0][series].counts.points(now, 24, 60) == plain.series[0][series].counts.points(now, 24, 60)


def test_an_exercise_is_marked_and_leaves_real_life_alone(config: Configuration) -> None:
    real = batches(chatter(T, DAY))
    pipeline = Pipeline(config)
    replay(config, real, pipeline=pipeline)
    before = {name: state.counts.to_bytes() for name, state in pipeline.series[0].items()}
    exercise = batches([*chatter(T, DAY), *crowd(T + 700, RIOT, 60)], exercise="haren")
    alerts = [alert for number, batch in enumerate(exercise[0], 10_000) for alert in _one(pipeline, batch, number)]
    assert {alert.exercise for alert in alerts} == {"haren"}
    assert {name: pipeline.series[0][name].counts.to_bytes() for name in before} == before


@pytest.mark.parametrize("exercise", [None, "oefening.oef-1"])
def test_a_partition_that_speaks_first_does_not_run_ahead(config: Configuration, exercise: str | None) -> None:
    """The player sends two days in seconds, and partitions are read one after the other: the hours that the first one
    passed are not empty because the others were not heard yet."""
    usual = crowd(T, "rellen in Rotterdam gezien", 60, minutes=2 * DAY)
    records = batches([*chatter(T, 2 * DAY), *usual], 4, exercise=exercise)
    pipeline, alerts = Pipeline(config, partitions=4), list[Alert]()
    for source, mine in enumerate(records):
        for offset, batch in enumerate(mine):
            pipeline.add(batch, source, offset)
        alerts += pipeline.flush(source)
    assert opened([*alerts, *pipeline.finish()]) == []


def test_an_exercise_need_not_be_in_every_partition(config: Configuration) -> None:
    mine = batches([*chatter(T, DAY), *crowd(T + 700, RIOT, 60)], exercise="haren")[0]
    pipeline, alerts = Pipeline(config, partitions=2), list[Alert]()
    for offset, batch in enumerate(mine):
        pipeline.add(batch, 1, offset)
        alerts += pipeline.flush(1)
    assert alerts == [], "the other may still have something to say of it"
    alerts = pipeline.flush(0, idle=True)
    assert {alert.label for alert in opened(alerts)} == {"Oproep tot rellen – Rotterdam"}


def _one(pipeline: Pipeline, batch: AnonymousBatch, number: int) -> list[Alert]:
    pipeline.add(batch, 0, number)
    return pipeline.flush(0)


def test_a_post_from_the_far_future_moves_nothing(config: Configuration) -> None:
    posts = [*chatter(T, DAY), *crowd(T + 700, RIOT, 60)]
    records = batches(posts)
    stray = AnonymousPost(
        offset=0, minute=T + 100 * 365 * DAY, source="bluesky", tokens=("rellen", "Rotterdam"), author="x"
    )
    strange = list(records[0])
    for place in (3, 60, 110):
        batch = strange[place]
        posts_of_batch = (*batch.posts[:5], _at(stray, batch.posts[5].offset), *batch.posts[6:])
        strange[place] = AnonymousBatch(partition=0, posts=posts_of_batch)
    expected, found = last(replay(config, records)), last(replay(config, [strange]))
    assert [(alert.id, alert.opened_minute) for alert in found.values()] == [
        (alert.id, alert.opened_minute) for alert in expected.values()
    ]


def _at(one: AnonymousPost, offset: int) -> AnonymousPost:
    return AnonymousPost(offset=offset, minute=one.minute, source=one.source, tokens=one.tokens, author=one.author)


def test_a_moved_gathering_is_the_same_alert_moved(config: Configuration) -> None:
    first = "kom_allemaal morgen 20:00 naar Coolsingel rellen"
    second = "kom_allemaal morgen 20:00 naar Zuidplein rellen"
    calls = [post(T + 300 + number, first, f"a-{number}") for number in range(4)]
    moved = [post(T + 600 + number, second, f"b-{number}") for number in range(4)]
    alerts = alerts_of(config, chatter(T, DAY), calls, moved)
    assert len({alert.id for alert in alerts}) == 1
    change = next(alert for alert in alerts if alert.change is Change.MOVED)
    assert change.moved_from is not None
    assert change.event is not None
    assert (change.moved_from.place, change.event.place) == ("Coolsingel", "Zuidplein")


def test_a_demonstration_is_its_own_class_and_no_threat(config: Configuration) -> None:
    term = next(
        term.term
        for phenomenon in config.phenomena
        if phenomenon.kind == "demonstration"
        for term in phenomenon.terms
        if term.role == "topic"
    )
    crowds = [*crowd(T + 700, f"{term.replace(' ', '_')} in Rotterdam", 80), *crowd(T + 705, RIOT, 80)]
    alerts = last(alerts_of(config, chatter(T, DAY), crowds))
    by_class = {alert.severity is Severity.INFO for alert in alerts.values()}
    assert len(alerts) == 2, "a demonstration is not taken into a riot, nor the other way round"
    assert by_class == {True, False}


def test_a_planned_crowd_is_quiet_and_a_far_larger_one_is_named(config: Configuration) -> None:
    new_year = 29_978_820
    """31 December 2026, 19:00 UTC: *Oud en nieuw* is planned for the whole country, ten times an ordinary hour."""
    background = chatter(new_year - 2 * DAY, 2 * DAY + 120)
    usual = [one for hour in range(48) for one in crowd(new_year - 2 * DAY + 60 * hour, RIOT, 6, minutes=60)]
    tenfold = crowd(new_year, RIOT, 60, minutes=60)
    hundredfold = crowd(new_year, RIOT, 900, minutes=60)
    quiet = alerts_of(config, background, usual, tenfold)
    assert [alert for alert in opened(quiet) if alert.opened_minute >= new_year] == []
    loud = [
        alert for alert in opened(alerts_of(config, background, usual, hundredfold)) if alert.opened_minute >= new_year
    ]
    assert loud
    assert "Oud en nieuw" in loud[0].reason


def test_blind_minutes_are_missing_not_empty(config: Configuration) -> None:
    """A day without sight after three days of twelve posts an hour: what is expected stays; zeros would halve it."""
    lost = (T + 72 * 60, T + 96 * 60)
    steady = [one for hour in range(100) for one in crowd(T + 60 * hour, RIOT, 12, minutes=60)]
    seen = [one for one in steady if not lost[0] <= one.minute < lost[1]]
    expected = {}
    for name, spells in (("blind", [(*lost, 1.0)]), ("empty", [])):
        pipeline = Pipeline(config, blindness=lambda _, spells=spells: spells)
        replay(config, batches(seen), pipeline=pipeline)
        state = pipeline.series[0]["/watch:rellen@GM0599"]
        assert list(state.counts.missing) == spells
        expected[name] = state.counts.expected(T + 100 * 60, T + 101 * 60)
    assert expected["blind"] > 1.25 * expected["empty"]


def test_a_place_most_posts_name_places_what_names_none_itself(config: Configuration) -> None:
    alerts = last(
        alerts_of(
            config,
            chatter(T, DAY),
            crowd(T + 700, "plunderen in Breda", 9, minutes=5),
            crowd(T + 700, "plunderen", 8, minutes=5),
        )
    )
    assert {alert.place.gemeente for alert in alerts.values()} == {"Breda"}


def test_a_word_nobody_used_for_days_had_no_posts_and_its_first_crowd_is_not_its_custom() -> None:
    """Two evenings of car meets without a place: the second is news as the first was."""
    said = "car_meet vanavond locatie volgt"
    evenings = [*crowd(T + 3760, said, 25, minutes=75), *crowd(T + 4760, said, 12, minutes=48)]
    alerts = opened(replay(whole(), batches([*chatter(T, 6000), *evenings])))
    assert [alert.phenomenon for alert in alerts] == ["car-meet", "car-meet"]


FRIDAY = "kom_allemaal vrijdag 20:00 naar Coolsingel rellen"
SATURDAY = "kom_allemaal zaterdag 20:00 naar Coolsingel rellen"


def calls_of(text: str, start: int, number: int = 4) -> list[AnonymousPost]:
    return [post(start + index, text, f"{text}-{start}-{index}") for index in range(number)]


@pytest.mark.parametrize(("days", "alerts"), [(1, 2), (14, 1)])
def test_what_builds_up_over_weeks_is_one_alert(config: Configuration, days: int, alerts: int) -> None:
    """Nine silent days: longer than a closed happening is remembered."""
    phenomena = tuple(
        one.model_copy(update={"stays_open_days": days}) if one.id == "project-x" else one for one in config.phenomena
    )
    posts = [
        *chatter(T, 12 * DAY)[::8],
        *crowd(T + DAY, "project_x in Haren Groningen", 40),
        *crowd(T + 10 * DAY, "project_x in Haren Groningen", 60),
    ]
    found = opened(replay(dataclasses.replace(config, phenomena=phenomena), batches(posts)))
    assert len(found) == alerts


def test_a_gathering_put_off_is_the_same_alert_with_the_old_date_and_the_new(config: Configuration) -> None:
    put_off = calls_of("rellen Coolsingel verplaatst naar zaterdag 20:00", T + 400, 3)
    alerts = alerts_of(config, chatter(T, DAY), calls_of(FRIDAY, T + 300, 12), put_off)
    assert len({alert.id for alert in alerts}) == 1
    change = next(alert for alert in alerts if alert.change is Change.MOVED)
    assert change.moved_from is not None
    assert change.event is not None
    assert (change.moved_from.starts, change.event.starts) == ("2026-11-13T20:00", "2026-11-14T20:00")
    assert change.reason.startswith(
        "Verplaatst: eerst vrijdag 13 november om 20:00, nu zaterdag 14 november om 20:00. "
    )


@pytest.mark.parametrize(
    "text", ["rellen Coolsingel uitgesteld tot zaterdag 20:00", "rellen niet vrijdag maar zaterdag 20:00 Coolsingel"]
)
def test_who_tells_of_a_move_need_not_call(config: Configuration, text: str) -> None:
    alerts = alerts_of(config, chatter(T, DAY), calls_of(FRIDAY, T + 300), calls_of(text, T + 400, 3))
    assert [alert.event.starts for alert in alerts if alert.change is Change.MOVED and alert.event] == [
        "2026-11-14T20:00"
    ]


def test_who_tells_of_a_move_of_nothing_known_opens_nothing(config: Configuration) -> None:
    told = calls_of("rellen Coolsingel uitgesteld tot zaterdag 20:00", T + 400, 3)
    assert alerts_of(config, chatter(T, DAY), told) == []


def test_two_who_say_it_was_moved_move_nothing(config: Configuration) -> None:
    said = calls_of("rellen Coolsingel verplaatst naar zaterdag 20:00", T + 400, 2)
    alerts = alerts_of(config, chatter(T, DAY), calls_of(FRIDAY, T + 300), said)
    assert {alert.event.starts for alert in alerts if alert.event} == {"2026-11-13T20:00"}


def test_a_new_date_that_takes_the_place_of_the_old_one_is_told_as_a_guess(config: Configuration) -> None:
    alerts = alerts_of(config, chatter(T, DAY), calls_of(FRIDAY, T + 300), calls_of(SATURDAY, T + 600))
    (change,) = [alert for alert in alerts if alert.change is Change.MOVED]
    assert change.reason.startswith(
        "Mogelijk verplaatst naar zaterdag 14 november om 20:00: "
        "over vrijdag 13 november om 20:00 plaatst niemand meer iets. "
    )


def test_a_guess_is_taken_back_when_people_call_to_the_old_date_again(config: Configuration) -> None:
    alerts = alerts_of(
        config,
        chatter(T, DAY),
        calls_of(FRIDAY, T + 300),
        calls_of(SATURDAY, T + 600),
        calls_of(FRIDAY, T + 700),
        calls_of(SATURDAY, T + 1000),
    )
    assert [alert.change for alert in alerts].count(Change.MOVED) == 1
    final = alerts[-1]
    assert final.event is not None
    assert (final.event.starts, final.moved_from) == ("2026-11-13T20:00", None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([T + 300, T + 590, T + 700], [T + 600]),
        ([T + 300, T + 320], [T + 310, T + 600]),
    ],
    ids=["the old date is called to still", "both were called to at once"],
)
def test_two_dates_at_one_place_are_two_gatherings(config: Configuration, first: list[int], second: list[int]) -> None:
    posts = [calls_of(FRIDAY, at) for at in first] + [calls_of(SATURDAY, at) for at in second]
    alerts = alerts_of(config, chatter(T, DAY), *posts)
    assert Change.MOVED not in {alert.change for alert in alerts}


def test_next_week_is_another_gathering(config: Configuration) -> None:
    """A weekly meet: the next is called for when the last is over."""
    tonight = calls_of("kom_allemaal vanavond 20:00 naar Coolsingel rellen", T + 60)
    next_week = calls_of("kom_allemaal maandag 20:00 naar Coolsingel rellen", T + DAY)
    alerts = alerts_of(config, chatter(T, 2 * DAY), tonight, next_week)
    assert Change.MOVED not in {alert.change for alert in alerts}
    assert {"2026-11-09T20:00", "2026-11-16T20:00"} == {alert.event.starts for alert in alerts if alert.event}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_move_is_told_the_same_however_posts_were_spread(config: Configuration, seed: int) -> None:
    posts = [
        *chatter(T, DAY),
        *calls_of(FRIDAY, T + 300),
        *calls_of("rellen Coolsingel verplaatst naar zaterdag 20:00", T + 400, 3),
        *calls_of("kom_allemaal Coolsingel vuurwerk verplaatst naar zondag 20:00", T + 800, 3),
    ]
    alone = last(replay(config, batches(posts)))
    spread = last(replay(config, batches(posts, 4), seed=seed, flush_each=seed))
    assert [line_of(alert) for alert in alone.values()] == [line_of(alert) for alert in spread.values()]


TONIGHT = "kom_allemaal vandaag 20:00 naar Coolsingel rellen"


def test_a_gathering_moved_to_a_town_of_the_same_region_is_the_same_alert(config: Configuration) -> None:
    said = calls_of("rellen verplaatst van Rotterdam naar Schiedam vandaag 20:00", T + 200, 3)
    alerts = alerts_of(config, chatter(T, DAY), calls_of(TONIGHT, T + 60), said)
    assert len({alert.id for alert in alerts}) == 1
    change = next(alert for alert in alerts if alert.change is Change.MOVED)
    assert change.place.gemeente == "Schiedam"
    assert change.reason.startswith("Verplaatst: eerst Coolsingel (Rotterdam), nu Schiedam. ")


def test_a_gathering_moved_to_another_region_is_told_in_both(config: Configuration) -> None:
    """The operator of the first region must keep its alert: who does not know of the move still comes."""
    said = calls_of("rellen niet in Rotterdam maar nieuwe locatie Utrecht vandaag 20:00", T + 200, 3)
    alerts = alerts_of(config, chatter(T, DAY), calls_of(TONIGHT, T + 60), said)
    assert [alert.place.gemeente for alert in opened(alerts)] == ["Rotterdam", "Utrecht"]
    rotterdam, utrecht = last(alerts).values()
    assert rotterdam.moved_to == utrecht.event
    assert utrecht.moved_from == rotterdam.event
    told = next(alert for alert in alerts if alert.change is Change.MOVED)
    assert told.id == rotterdam.id
    assert told.reason.startswith("Verplaatst naar Utrecht; wie dat niet weet, komt nog hier. ")
    assert utrecht.reason.startswith("Verplaatst: eerst Coolsingel (Rotterdam), nu Utrecht. ")


@pytest.mark.parametrize("then", ["Arnhem", "Rotterdam"])
def test_a_gathering_moved_twice_is_told_from_town_to_town(config: Configuration, then: str) -> None:
    once = calls_of("rellen niet in Rotterdam maar nieuwe locatie Utrecht vandaag 20:00", T + 200, 3)
    again = calls_of(f"rellen niet in Utrecht maar nieuwe locatie {then} vandaag 20:00", T + 300, 3)
    alerts = last(alerts_of(config, chatter(T, DAY), calls_of(TONIGHT, T + 60), once, again)).values()
    at = {alert.place.gemeente: alert for alert in alerts}
    assert set(at) == {"Rotterdam", "Utrecht", then}
    assert at["Utrecht"].moved_to is not None
    assert at["Utrecht"].moved_to.gemeente == then
    assert at[then].moved_from == at["Utrecht"].event
    assert at[then].moved_to is None


def test_of_two_gatherings_on_a_day_nobody_says_which_was_moved(config: Configuration) -> None:
    other = calls_of("kom_allemaal vandaag 20:00 naar Malieveld rellen", T + 60)
    said = calls_of("rellen verplaatst naar Utrecht vandaag 20:00", T + 200, 3)
    alerts = alerts_of(config, chatter(T, DAY), calls_of(TONIGHT, T + 60), other, said)
    assert Change.MOVED not in {alert.change for alert in alerts}
    assert {alert.place.gemeente for alert in alerts} == {"Rotterdam", "Den Haag"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_move_between_towns_is_told_the_same_however_posts_were_spread(config: Configuration, seed: int) -> None:
    posts = [
        *chatter(T, DAY),
        *calls_of(TONIGHT, T + 60),
        *calls_of("rellen verplaatst naar Utrecht vandaag 20:00", T + 200, 5),
        *calls_of(TONIGHT, T + 230),
    ]
    alone = last(replay(config, batches(posts)))
    spread = last(replay(config, batches(posts, 4), seed=seed, flush_each=seed))
    assert len(alone) == 2
    assert [line_of(alert) for alert in alone.values()] == [line_of(spread[id_]) for id_ in alone]


def test_two_dates_called_to_at_once_are_both_told(config: Configuration) -> None:
    alerts = alerts_of(config, chatter(T, DAY), calls_of(FRIDAY, T + 300), calls_of(SATURDAY, T + 310))
    (alert,) = last(alerts).values()
    assert alert.event is not None
    assert (alert.event.starts, [one.starts for one in alert.also]) == ("2026-11-13T20:00", ["2026-11-14T20:00"])
    assert alert.reason.endswith(" Ook wordt opgeroepen voor zaterdag 14 november om 20:00.")


def test_a_call_passed_on_a_day_later_is_no_second_date(config: Configuration) -> None:
    text = "kom_allemaal morgen 20:00 naar Coolsingel vuurwerk rellen"
    alerts = alerts_of(config, chatter(T, 2 * DAY), calls_of(text, T + 300), calls_of(text, T + DAY + 30))
    assert {alert.also for alert in alerts} == {()}


def test_a_province_becomes_the_town_that_is_named_later(config: Configuration) -> None:
    """*Locatie volgt*: one alert, not one for the province and one for the town."""
    province = crowd(T + 600, "car_meet Noord-Brabant vanavond", 30, minutes=30)
    town = crowd(T + 680, "car_meet Cuijk vanavond", 60, minutes=30)
    alerts = alerts_of(config, chatter(T, DAY), province, town, crowd(T + 720, "car_meet Noord-Brabant vanavond", 30))
    (first,) = opened(alerts)
    assert (first.place.name, first.place.gemeente) == ("Noord-Brabant", None)
    assert {alert.place.gemeente for alert in alerts} == {None, "Land van Cuijk"}
    assert alerts[-1].place.gemeente == "Land van Cuijk"
    assert alerts[-1].observation.series == "watch:car-meet@GM1982"
