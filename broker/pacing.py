"""Keeps a consumer from asking an idle broker without pause.

Kafka holds an empty fetch until ``fetch_max_wait_ms``; the embedded broker answers it at once, some 800 times a
second, and every idle service then takes a fifth of a core. Here the rest of that wait is spent on our side. A broker
that waits by itself is not slowed by it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any


def pace_empty_fetches(consumer: Any, wait_s: float) -> None:
    """Call once, after an `AIOKafkaConsumer` was made and before it starts."""
    client = consumer._client
    send = client.send

    async def paced(node_id: Any, request: Any, **options: Any) -> Any:
        if type(request).__name__ != "FetchRequest":
            return await send(node_id, request, **options)
        asked = time.monotonic()
        response = await send(node_id, request, **options)
        rest_s = wait_s - (time.monotonic() - asked)
        if rest_s > 0 and not _has_records(response):
            await asyncio.sleep(rest_s)
        return response

    client.send = paced


def _has_records(response: Any) -> bool:
    return any(partition[-1] for _, partitions in response.topics for partition in partitions)
