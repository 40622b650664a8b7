"""Faust as its documentation does it: an agent over a topic of records and a tumbling window of counts."""

import faust
from task import DIRECTORY, GROUP, POSTS, SERVERS, TOPIC, Stopwatch, term_of


class Post(faust.Record, serializer="json"):
    minute: int
    tokens: list[str]


app = faust.App(
    GROUP,
    broker=f"kafka://{SERVERS}",
    datadir=f"{DIRECTORY}/faust",
    store="memory://",
    web_enabled=False,
    topic_partitions=1,
    topic_disable_leader=True,
    consumer_auto_offset_reset="earliest",
)
topic = app.topic(TOPIC, value_type=Post)
counts = app.Table("counts", default=int, partitions=1).tumbling(60.0, expires=3.2e9, key_index=False)
watch = Stopwatch()


@app.agent(topic)
async def count(posts):
    seen = 0
    async for event in posts.events():
        watch.start()
        post = event.value
        seen += 1
        term = term_of(post.tokens)
        if term is not None:
            window = counts.relative_to(post.minute * 60.0)
            window[term] += 1
        if seen == POSTS:
            watch.finish({f"{term}|{int(window[0]) // 60}": n for (term, window), n in counts.table.data.items()})


if __name__ == "__main__":
    app.main()
