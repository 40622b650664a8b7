"""Plain aiokafka, orjson and a dict: no durable state. `BENCH_PACKED=1` reads records of many posts."""

import asyncio
import os

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer
from task import GROUP, POSTS, SERVERS, TOPIC, Stopwatch, term_of

PACKED = os.environ.get("BENCH_PACKED") == "1"


async def main() -> None:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=SERVERS, group_id=GROUP, auto_offset_reset="earliest")
    await consumer.start()
    watch, counts, seen = Stopwatch(), {}, 0
    while seen < POSTS:
        for records in (await consumer.getmany(timeout_ms=500, max_records=5_000)).values():
            watch.start()
            for record in records:
                value = orjson.loads(record.value)
                for post in value["posts"] if PACKED else (value,):
                    seen += 1
                    term = term_of(post["tokens"])
                    if term is not None:
                        key = f"{term}|{post['minute']}"
                        counts[key] = counts.get(key, 0) + 1
    watch.finish(counts)


uvloop.run(main()) if hasattr(uvloop, "run") else asyncio.run(main())
