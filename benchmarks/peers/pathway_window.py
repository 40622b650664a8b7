"""Pathway: windowby over event time, in memory."""

import pathway as pw
from task import GROUP, MATCHES, SERVERS, TOPIC, Stopwatch, term_of

watch, counts = Stopwatch(), {}


class Post(pw.Schema):
    minute: int
    tokens: list[str]


@pw.udf
def named(tokens: list[str]) -> str:
    watch.start()
    return term_of(tokens) or ""


def note(key, row, time, is_addition) -> None:
    name = f"{row['term']}|{row['start']}"
    counts[name] = counts.get(name, 0) + (row["number"] if is_addition else -row["number"])
    if not counts[name]:
        del counts[name]


def settled(time) -> None:
    if sum(counts.values()) == MATCHES:
        watch.finish(counts)


posts = pw.io.kafka.read(
    {"bootstrap.servers": SERVERS, "group.id": GROUP, "auto.offset.reset": "earliest"},
    topic=TOPIC,
    format="json",
    schema=Post,
    autocommit_duration_ms=500,
)
terms = posts.select(term=named(pw.this.tokens), minute=pw.this.minute).filter(pw.this.term != "")
found = terms.windowby(terms.minute, window=pw.temporal.tumbling(duration=1), instance=terms.term).reduce(
    term=pw.this._pw_instance, start=pw.this._pw_window_start, number=pw.reducers.count()
)
pw.io.subscribe(found, on_change=note, on_time_end=settled)
pw.run(monitoring_level=pw.MonitoringLevel.NONE)
