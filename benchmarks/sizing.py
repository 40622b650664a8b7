"""What a post costs each service: `python -m benchmarks.sizing [--scenario ID]` (needs Java 17 and Maven).

All services on Apache Kafka, one exercise at full speed. Prints a table: posts per second of processor time, memory,
and bytes a post in each topic. Processor time, so that neighbours on the machine do not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from broker.settings import BrokerSettings
from broker.topics import ensure_topics
from contracts.topics import TOPICS
from exercises.generator import posts as posts_of
from exercises.scenario import load
from seinpost.webhook_receiver import webhook_receiver
from tests.brokers.apache_kafka import apache_kafka
from tests.deploy.chaos.workers import Steady, Worker, ended, running, until

PATIENCE_S = 1_800.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizing", description=__doc__)
    parser.add_argument("--scenario", default="koningsdag-2023")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seinpost-sizing-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        encoder = msgspec.json.Encoder()
        total = 0
        with (directory / "posts.jsonl").open("wb") as lines:
            for post in posts_of(load(asked.scenario), 1):
                lines.write(encoder.encode(post) + b"\n")
                total += 1
        found = measure(directory, total)
    sys.stdout.write(json.dumps({"scenario": asked.scenario, "posts": total} | found, indent=1) + "\n")


def measure(directory: Path, total: int) -> dict[str, object]:
    with apache_kafka(directory / "kafka") as address, webhook_receiver() as received:
        settings = BrokerSettings(bootstrap_servers=address)
        asyncio.run(ensure_topics(settings))
        source = {"id": "proef", "kind": "file", "path": str(directory / "posts.jsonl")}
        with running(directory, lambda _: settings, received, source) as workers:
            idle = {worker.name: _resources(worker) for worker in workers}
            began = time.monotonic()
            until(lambda: ended(workers), workers, PATIENCE_S, "not read to its end")
            until(Steady(workers, received), workers, PATIENCE_S, "it does not come to rest")
            seconds = time.monotonic() - began
            after = {worker.name: _resources(worker) for worker in workers}
        records = asyncio.run(_records(settings))
        sizes = {topic.name: _size(directory / "kafka/data", topic.name) for topic in TOPICS}
    services: dict[str, dict[str, float]] = {}
    for name, (cpu, memory) in after.items():
        own = services.setdefault(name.partition("-")[0], {"cpu_seconds": 0, "memory_mb": 0})
        own["cpu_seconds"] += cpu - idle[name][0]
        own["memory_mb"] = max(own["memory_mb"], memory / 2**20)
    for own in services.values():
        own["posts_per_cpu_second"] = round(total / max(0.001, own["cpu_seconds"]))
        own["cpu_seconds"] = round(own["cpu_seconds"], 2)
        own["memory_mb"] = round(own["memory_mb"])
    return {
        "seconds": round(seconds, 1),
        "services": services,
        "records": records,
        "bytes_a_post": {name: round(size / total, 1) for name, size in sizes.items()},
    }


def _resources(worker: Worker) -> tuple[float, float]:
    found = worker.metrics()
    return found.get("process_cpu_seconds_total", 0), found.get("process_resident_memory_bytes", 0)


async def _records(settings: BrokerSettings) -> dict[str, int]:
    consumer = AIOKafkaConsumer(**settings.client(), group_id=None)
    await consumer.start()
    try:
        found = {}
        for topic in TOPICS:
            await consumer._client.force_metadata_update()
            partitions = [
                TopicPartition(topic.name, number) for number in consumer.partitions_for_topic(topic.name) or ()
            ]
            found[topic.name] = sum((await consumer.end_offsets(partitions)).values()) if partitions else 0
        return found
    finally:
        await consumer.stop()


def _size(data: Path, topic: str) -> int:
    return sum(file.stat().st_size for folder in data.glob(f"{topic}-[0-9]*") for file in folder.glob("*.log"))


if __name__ == "__main__":
    main()
