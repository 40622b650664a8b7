"""Bytewax: count_window by term over event time; what survives a crash are snapshots, which are off here."""

from datetime import UTC, datetime, timedelta

import bytewax.operators as op
import bytewax.operators.windowing as win
import orjson
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main
from task import SERVERS, TOPIC, Stopwatch, term_of

watch, counts = Stopwatch(), {}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def term_and_minute(message):
    watch.start()
    post = orjson.loads(message.value)
    term = term_of(post["tokens"])
    return None if term is None else (term, post["minute"])


class _Partition(StatelessSinkPartition):
    def write_batch(self, items):
        for term, (window, number) in items:
            counts[f"{term}|{window}"] = number


class Counts(DynamicSink):
    def build(self, *_):
        return _Partition()


flow = Dataflow("windowed")
messages = op.input("posts", flow, KafkaSource([SERVERS], [TOPIC], tail=False, batch_size=1_000))
found = op.filter_map("term", messages, term_and_minute)
clock = EventClock(lambda one: EPOCH + one[1] * MINUTE, wait_for_system_duration=timedelta(hours=1))
windower = TumblingWindower(length=MINUTE, align_to=EPOCH)
op.output("out", win.count_window("count", found, clock, windower, key=lambda one: one[0]).down, Counts())
run_main(flow)
watch.finish(counts)
