"""An exercise leaves nothing in what is real: the same bytes as without it, from the anonymizer to the alerts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from zlib import crc32

import pytest

from configuration import Configuration
from contracts import raw_post
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousBatch
from contracts.codec import Malformed, encode
from contracts.raw_post import Deletion, RawPost
from exercises.generator import posts as posts_of
from exercises.scenario import load as scenario
from services.anonymizer.anonymizer import Anonymizer
from services.anonymizer.lexicon import Lexicon
from services.anonymizer.projection import Projector
from services.anonymizer.secret import Secret
from services.anonymizer.settings import AnonymizerSettings
from services.detector.episodes import is_real
from services.detector.idleness import PLAYED_S, REANNOUNCE_IDLE_S, Absence, Idleness
from services.detector.pipeline import Pipeline
from tests.detector.posts import MONDAY_NOON, batches, post, whole

PARTITIONS = 4
FLUSH_EACH = 80
K = 5


@pytest.fixture(scope="module")
def config() -> Configuration:
    return whole()


@pytest.fixture(scope="module")
def projector(config: Configuration, lexicon: Lexicon) -> Projector:
    return Projector(config, lexicon, AnonymizerSettings().fold_cutoff)


def told(name: str, exercise: str | None, since: str, until: str) -> list[RawPost]:
    """Posts of a scenario, as its exercise or as if they were real: ids, authors and texts are the same."""
    return [
        RawPost(
            source=one.source,
            id=one.id,
            created_ms=int(datetime.datetime.fromisoformat(one.created_at).timestamp() * 1000),
            received_ms=2**52,
            text=f"{one.text} #zwaailicht{number % 3}",
            author=one.author,
            exercise=exercise,
        )
        for number, one in enumerate(posts_of(scenario(name)))
        if since <= one.created_at < until
    ]


def withdrawn(of: list[RawPost], exercise: str | None) -> Iterator[Deletion]:
    """Of every fiftieth author everything, of every sixtieth post that one."""
    for number, one in enumerate(of):
        if number % 50 == 7:
            yield Deletion(source=one.source, author=one.author, deleted_ms=0, received_ms=0, exercise=exercise)
        elif number % 60 == 11:
            yield Deletion(source=one.source, id=one.id, deleted_ms=0, received_ms=0, exercise=exercise)


def edited(of: list[RawPost]) -> Iterator[RawPost]:
    for one in of[::40]:
        yield RawPost(
            source=one.source,
            id=one.id,
            created_ms=one.created_ms,
            received_ms=one.received_ms,
            text=f"{one.text} rellen op de Coolsingel",
            author=one.author,
            edit=True,
            exercise=one.exercise,
        )


@dataclass
class Line:
    """Anonymizer and detector joined. A number that is not given is an offset at which nothing was written."""

    config: Configuration
    projector: Projector
    secret: Secret
    settings: AnonymizerSettings = field(default_factory=AnonymizerSettings)
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.anonymizer = Anonymizer(self.projector, self.settings, k=K, now_ms=0)
        self.anonymizer.secret = self.secret
        self.pipeline = Pipeline(self.config, partitions=PARTITIONS)

    def take(self, number: int, record: RawPost | Deletion) -> None:
        partition = crc32(raw_post.key(record)) % PARTITIONS
        try:
            if isinstance(record, RawPost):
                posts = self.anonymizer.post(record, partition=partition, offset=number).posts
            else:
                posts = self.anonymizer.deletion(record, offset=number).posts
        except Malformed:
            return
        if posts:
            batch = AnonymousBatch(partition=partition, posts=posts, exercise=record.exercise)
            self.pipeline.add(batch, partition, number)

    def flush(self) -> None:
        for source in range(PARTITIONS):
            self.alerts += self.pipeline.flush(source)

    def real(self) -> dict[str, bytes]:
        """Everything the detector holds and says of real life."""
        found: dict[str, bytes] = {}
        for number, series in enumerate(self.pipeline.series):
            for name, state in series.items():
                if name.startswith("/"):
                    found[f"series {number} {name}"] = state.to_bytes()
            found[f"clock {number}"] = encode(self.pipeline.clocks[number][""])
        found["world"] = encode(self.pipeline.worlds["real"])
        for name in filter(is_real, self.pipeline.open_episodes):
            found[f"episode {name}"] = encode(self.pipeline.open_episodes[name])
        for kind, said in (("picture", self.pipeline.picture), ("alert", self.alerts)):
            for number, one in enumerate(one for one in said if one.exercise is None):
                found[f"{kind} {number}"] = encode(one)
        return found


def run(line: Line, real: list[RawPost | Deletion], *practised: list[RawPost | Deletion]) -> Line:
    """Real records stand at the same offsets, whether or not those of exercises stand between them."""
    for number in range(max(map(len, (real, *practised)))):
        for place, records in enumerate((real, *practised)):
            if number < len(records):
                line.take(number * 3 + place, records[number])
        if number % FLUSH_EACH == 0:
            line.flush()
    line.alerts += line.pipeline.finish()
    return line


def test_real_life_is_the_same_to_the_byte(config: Configuration, projector: Projector) -> None:
    """The exercise plays the very posts that are real, beside another; all withdraw and edit; memory is short."""
    settings = AnonymizerSettings(remembered_max=100, candidates_max=100, seen_max=1_000)
    secret = Secret(0)
    life, same = (told("coolsingel-2021", exercise, "2021-11-18T12", "2021-11-18T19") for exercise in (None, "same"))
    other = told("zuidplein-2024", "b.7", "2024-01-12T17", "2024-01-12T21")
    real = [*life, *edited(life), *withdrawn(life, None)]
    practised = [[*edited(same), *same, *withdrawn(same, "same")], [*other, *withdrawn(other, "b.7"), *edited(other)]]
    without = run(Line(config, projector, secret, settings), real)
    beside = run(Line(config, projector, secret, settings), real, *practised)
    assert {alert.exercise for alert in without.alerts} == {None}
    assert {alert.exercise for alert in beside.alerts} == {None, "same", "b.7"}, "the exercises were played"
    assert {block.exercise for block in beside.pipeline.picture} == {None, "same", "b.7"}
    expected, found = without.real(), beside.real()
    assert sum(name.startswith("series") for name in expected) > 20
    assert any(name.startswith("picture") for name in expected)
    assert any(name.startswith("alert") for name in expected)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_withdrawal_or_a_copy_in_one_world_says_nothing_in_the_other(projector: Projector) -> None:
    anonymizer = Anonymizer(projector, AnonymizerSettings(), k=K, now_ms=0)
    said = {"source": "x", "id": "1", "author": "a", "created_ms": 1_637_272_800_000, "received_ms": 2**52}
    for offset, exercise in enumerate((None, "een", "twee")):
        one = RawPost(text="rellen in Rotterdam", exercise=exercise, **said)  # type: ignore[arg-type]
        assert anonymizer.post(one, partition=0, offset=offset).posts, "the same id is no copy in another world"
    gone = Deletion(source="x", author="a", deleted_ms=0, received_ms=0, exercise="een")
    assert len(anonymizer.deletion(gone, offset=3).posts) == 1
    assert len(anonymizer.deletion(gone, offset=4).posts) == 0
    real = Deletion(source="x", author="a", deleted_ms=0, received_ms=0)
    outcome = anonymizer.deletion(real, offset=5)
    assert (len(outcome.posts), outcome.exercise) == (1, None)


def test_a_new_word_of_an_exercise_counts_for_nobody_else(projector: Projector) -> None:
    anonymizer = Anonymizer(projector, AnonymizerSettings(), k=K, now_ms=0)

    def use(number: int, exercise: str | None) -> bool:
        one = RawPost(
            source="x", id=f"{exercise}{number}", author=f"{number}", created_ms=1_637_272_800_000, received_ms=2**52,
            text="vanavond #zwabberfeestje in Rotterdam", exercise=exercise,
        )  # fmt: skip
        return bool(anonymizer.post(one, partition=0, offset=0).posts[0].candidates)

    assert [use(number, "een") for number in range(4)] == [False] * 4
    assert [use(number, None) for number in range(4)] == [False] * 4
    assert use(4, "een")
    assert use(4, None)


@pytest.mark.parametrize("name", ["real", "", "a/b", "a b", "é"])
def test_an_exercise_cannot_have_the_name_of_real_life(projector: Projector, name: str) -> None:
    anonymizer = Anonymizer(projector, AnonymizerSettings(), k=K, now_ms=0)
    one = RawPost(source="x", id="1", created_ms=1_637_272_800_000, received_ms=2**52, text="rellen", exercise=name)
    with pytest.raises(Malformed):
        anonymizer.post(one, partition=0, offset=0)


def test_an_exercise_does_not_hold_up_the_time_of_real_life(config: Configuration) -> None:
    """Real posts are in one partition, and the others are silent but for an exercise."""
    pipeline = Pipeline(config, partitions=2)
    (records, _) = batches([post(MONDAY_NOON + minute, "rellen in Rotterdam", "b") for minute in range(20)], 2)
    for offset, batch in enumerate(records):
        pipeline.add(batch, 0, offset)
    pipeline.add(AnonymousBatch(partition=1, posts=records[0].posts, exercise="een"), 1, 0)
    for target, sent in pipeline.folds[1].flush(idle=True, exercises_idle=False).items():
        for record in sent:
            assert record.idle is (record.exercise is None)
            pipeline._detect(target, record)
    pipeline.flush(0)
    assert {store[""].minute for store in pipeline.clocks} == {MONDAY_NOON + 19}


def test_a_kind_that_fell_silent_is_told_and_told_again() -> None:
    idleness = Idleness(2.0)
    assert not idleness.due(0, 100.0, lambda: False)
    assert idleness.due(0, 102.0, lambda: False)
    assert not idleness.due(0, 103.0, lambda: False)
    assert idleness.due(0, 102.0 + REANNOUNCE_IDLE_S, lambda: False)
    idleness.heard(0, 108.0)
    assert not idleness.due(0, 111.0, lambda: True), "records wait"
    assert idleness.due(0, 111.0, lambda: False)


def test_who_has_nothing_of_an_exercise_says_so_as_long_as_it_is_played() -> None:
    absence = Absence(2.0)

    def due(source: int, now: float, *present: str, waits: bool = False) -> set[str]:
        return absence.due(source, present, now, lambda: waits)

    absence.played("een", 100.0)
    assert due(0, 100.0) == due(1, 100.0, "een") == set()
    assert due(0, 102.0, waits=True) == set(), "what waits may be of it"
    assert due(0, 102.5) == {"een"}
    assert due(1, 102.5, "een") == set(), "it has posts: it tells its time itself"
    assert due(0, 103.0) == set()
    absence.played("een", 107.0)
    assert due(0, 102.5 + REANNOUNCE_IDLE_S) == {"een"}, "a worker may be new"
    assert due(0, 107.0 + PLAYED_S + 1.0) == set()
