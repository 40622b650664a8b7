"""Faust's Kafka transport with the fetch setting that decides its latency."""

from __future__ import annotations

from typing import Any

from faust.transport.drivers import aiokafka as driver

from broker.pacing import pace_empty_fetches

FETCH_MAX_WAIT_MS = 50
"""Faust asks the broker to hold an empty fetch for 1.5 s. An idle topic then delays every other that long."""


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # aiokafka reads this when the consumer starts; Faust offers no setting for it.
        consumer._fetch_max_wait_ms = FETCH_MAX_WAIT_MS
        pace_empty_fetches(consumer, FETCH_MAX_WAIT_MS / 1000)
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> Any:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)


class PromptTransport(driver.Transport):
    Consumer = _Consumer
