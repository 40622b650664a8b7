"""Quix Streams: group by term, tumbling window of counts in its RocksDB store with a changelog."""

from quixstreams import Application
from task import DIRECTORY, GROUP, MATCHES, SERVERS, TOPIC, Stopwatch, term_of

app = Application(
    broker_address=SERVERS,
    consumer_group=GROUP,
    auto_offset_reset="earliest",
    state_dir=f"{DIRECTORY}/quix",
    loglevel="ERROR",
)
topic = app.topic(TOPIC, value_deserializer="json", timestamp_extractor=lambda value, *_: value["minute"] * 60_000)
watch, counts = Stopwatch(), {}


def named(post: dict) -> dict:
    watch.start()
    return {"term": term_of(post["tokens"]), "at": post["minute"] * 60_000}


def note(window: dict, key: object, *_: object) -> None:
    name = f"{key if isinstance(key, str) else key.decode()}|{window['start'] // 60_000}"
    counts[name] = window["value"]
    if sum(counts.values()) == MATCHES:
        watch.finish(counts)


frame = app.dataframe(topic).apply(named).filter(lambda post: post["term"] is not None)
frame = frame.group_by("term").tumbling_window(60_000, grace_ms=600_000).count().current()
frame.update(note, metadata=True)
app.run()
