"""Plain confluent-kafka, msgspec and a dict: no durable state."""

import msgspec
from confluent_kafka import Consumer
from task import GROUP, POSTS, SERVERS, TOPIC, Stopwatch, term_of


class Post(msgspec.Struct):
    minute: int
    tokens: list[str]


consumer = Consumer({"bootstrap.servers": SERVERS, "group.id": GROUP, "auto.offset.reset": "earliest"})
consumer.subscribe([TOPIC])
decode = msgspec.json.Decoder(Post).decode
watch, counts, seen = Stopwatch(), {}, 0
while seen < POSTS:
    for message in consumer.consume(5_000, timeout=0.5):
        if message.error():
            continue
        watch.start()
        post = decode(message.value())
        seen += 1
        term = term_of(post.tokens)
        if term is not None:
            key = f"{term}|{post.minute}"
            counts[key] = counts.get(key, 0) + 1
watch.finish(counts)
