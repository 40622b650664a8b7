"""Runs one rule test: its posts through the code of live, minute by minute."""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from configuration import Configuration
from contracts.alert import Alert
from contracts.anonymous_posts import AnonymousPost
from exercises import generator
from exercises.scenario import LOCAL, Scenario
from exercises.scenario import Background as ScenarioBackground
from seinpost.replay import Replay
from seinpost.rules.document import Background, Posts, RuleTest
from services.anonymizer.projection import Projector
from services.detector.explain import Explained, explain
from services.notifier.delivery.routing import Facts, Routing
from services.notifier.life import Status, arrive

STREAM = "rules"
_encoder = msgspec.json.Encoder()
Line = tuple[int, int, bytes]
"""Minute, order within it, the post as the file source reads it."""


@dataclass(slots=True)
class Happened:
    """One alert over its whole life."""

    revisions: list[Alert] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    """Ids of receivers."""

    @property
    def last(self) -> Alert:
        return self.revisions[-1]

    @property
    def observed(self) -> int:
        return max(alert.observation.observed for alert in self.revisions)

    @property
    def authors(self) -> int:
        return round(max(alert.observation.authors for alert in self.revisions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    happened: tuple[Happened, ...]
    """By opening and id."""
    explained: dict[int, Explained | None]
    """By place in ``expect.thresholds``."""
    posts: int


def run(test: RuleTest, config: Configuration, projector: Projector, tick: Callable[[int], None]) -> Outcome:
    """``tick`` hears how many posts were read. Raises `contracts.codec.Malformed` for a post that live would refuse."""
    replay = Replay(config, projector)
    happened: dict[str, Happened] = {}
    asked = sorted(
        (test.minute + wanted.at, number, wanted) for number, wanted in enumerate(test.expect.thresholds)
    )  # fmt: skip
    explained: dict[int, Explained | None] = {}
    posts = 0

    def answer(until: float) -> None:
        while asked and asked[0][0] < until:
            minute, number, wanted = asked.pop(0)
            _note(happened, replay.settle(minute), config)
            code = config.gazetteer.code_of(wanted.gemeente) if wanted.gemeente is not None else None
            explained[number] = explain(replay.pipeline.detections[0], wanted.phenomenon, code, minute)

    for minute, lines in groupby(_lines(test), key=lambda line: line[0]):
        answer(minute)
        batch: list[AnonymousPost] = []
        for _, _, line in lines:
            batch += replay.project(line, posts)
            posts += 1
        _note(happened, replay.take(batch), config)
        tick(posts)
    answer(float("inf"))
    _note(happened, replay.finish(), config)
    found = sorted(happened.values(), key=lambda one: (one.last.opened_minute, one.last.id))
    return Outcome(happened=tuple(found), explained=explained, posts=posts)


def _note(happened: dict[str, Happened], alerts: Iterable[Alert], config: Configuration) -> None:
    for alert in alerts:
        known = happened.setdefault(alert.id, Happened())
        before = known.last if known.revisions else None
        _, occasion = arrive(before, Status.SEEN, alert)
        known.revisions.append(alert)
        if occasion is not None:
            known.told.update(_told(alert, known.told, config))


def _told(alert: Alert, before: Collection[str], config: Configuration) -> Iterator[str]:
    """Ids of the receivers that hear of this revision at its own time of day. Nobody is late, so nothing escalates."""
    routing = Routing.of(config.receivers, config.gazetteer)
    clock = datetime.datetime.fromtimestamp(alert.updated_minute * 60, LOCAL).time()
    for receiver in routing.receivers:
        heard = receiver.id in before
        standby = receiver.id in config.alarms.escalation.receivers and not heard
        if not standby and routing.decide(receiver, Facts.of(alert), clock, told=heard).sends:
            yield receiver.id


def _lines(test: RuleTest) -> Iterator[Line]:
    """All posts, oldest first; of one minute the chatter comes first."""
    written = sorted(line for number, posts in enumerate(test.posts) for line in _spread(test, number, posts))
    if test.background is None:
        return iter(written)
    last = max([written[-1][0], *(test.minute + wanted.at for wanted in test.expect.thresholds)])
    if test.background.until is not None:
        last = max(last, test.minute + test.background.until)
    return heapq.merge(_chatter(test, test.background, written[0][0], last), written, key=lambda line: line[0])


def _spread(test: RuleTest, group: int, posts: Posts) -> Iterator[Line]:
    authors = posts.count if posts.authors is None else posts.authors
    for index in range(posts.count):
        offset_s = index * posts.over * 60 // posts.count
        at = datetime.datetime.fromtimestamp((test.minute + posts.at) * 60 + offset_s, datetime.UTC)
        post = {
            "id": f"{STREAM}-{group}-{index}",
            "created_at": at.isoformat(),
            "text": posts.text[index % len(posts.text)].replace("{n}", str(index)),
            "source": posts.source,
            "lang": "nl",
        }
        if authors:
            post["author"] = f"{posts.crowd or group}-{index % authors}"
        yield int(at.timestamp()) // 60, 10_000_000 + group * 100_000 + index, _encoder.encode(post)


def _chatter(test: RuleTest, background: Background, first: int, last: int) -> Iterator[Line]:
    begin = min(first, test.minute) - round(background.days * 1440)
    scenario = Scenario.model_validate(
        {
            "id": STREAM,
            "title": "Gewone berichten",
            "from": _local(begin),
            "until": _local(last + 2),
            "facts": ("–",),
            "synthetic": ("–",),
            "background": ScenarioBackground(posts_per_day=background.posts_per_day, authors=background.authors),
        }
    )
    for number, post in enumerate(generator.posts(scenario, background.seed)):
        minute = int(datetime.datetime.fromisoformat(post.created_at).timestamp()) // 60
        yield minute, number, _encoder.encode(post)


def _local(minute: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(minute * 60, LOCAL).replace(tzinfo=None)
