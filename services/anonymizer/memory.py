"""What is kept of posts for the life of a key: which were seen, and what to take back when one is withdrawn."""

from __future__ import annotations

import gc
from collections import OrderedDict, defaultdict
from dataclasses import dataclass

from contracts.anonymous_posts import AnonymousPost
from contracts.codec import encode
from runtime.heap import give_back

MAX_TAKEN_BYTES = 600_000
"""Of what is counted back when an account is removed: one record of `posts.anonymous` must hold it."""


@dataclass(slots=True)
class Seen:
    """Post keys with the record they came from. Bounded: the oldest go first."""

    limit: int
    _places: OrderedDict[str, tuple[int, int]]

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._places = OrderedDict()

    def before(self, post: str, partition: int, offset: int) -> bool:
        """Whether another record already told this post. The same record read again is no duplicate."""
        place = (partition, offset)
        known = self._places.setdefault(post, place)
        if known is place:
            if len(self._places) > self.limit:
                self._places.popitem(last=False)
            return False
        return known != place

    def clear(self) -> None:
        self._places.clear()


class Remembered:
    """Projections that hit a watch term or a place, by post key. Bounded; `evicted` counts what was lost."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._posts: OrderedDict[str, AnonymousPost] = OrderedDict()
        self._by_author: defaultdict[str, set[str]] = defaultdict(set)
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._posts)

    def put(self, post: AnonymousPost) -> None:
        if post.post is None:
            return
        if post.post in self._posts:
            self._posts.move_to_end(post.post)
        self._posts[post.post] = post
        if post.author is not None:
            self._by_author[post.author].add(post.post)
        if len(self._posts) > self._limit:
            self.take(next(iter(self._posts)))
            self.evicted += 1

    def take(self, post: str) -> AnonymousPost | None:
        """The projection of a post, which is then forgotten."""
        found = self._posts.pop(post, None)
        if found is not None and found.author is not None:
            posts = self._by_author[found.author]
            posts.discard(post)
            if not posts:
                del self._by_author[found.author]
        return found

    def take_author(self, author: str) -> list[AnonymousPost]:
        """Projections of an author, oldest first: all, or the newest that one record of `posts.anonymous` can hold.
        What it cannot is lost, and counted as ``evicted``."""
        taken: list[AnonymousPost] = []
        room = MAX_TAKEN_BYTES
        for key in sorted(self._by_author.get(author, ()), key=self._order, reverse=True):
            post = self.take(key)
            if post is not None and (room := room - len(encode(post))) >= 0:
                taken.append(post)
            else:
                self.evicted += 1
        return taken[::-1]

    def clear(self) -> None:
        self._posts.clear()
        self._by_author.clear()

    def _order(self, post: str) -> int:
        return self._posts[post].offset


def settle() -> None:
    """Keep the garbage collector off the word lists, and let it look seldom: the inner loop makes no cycles."""
    gc.collect()
    give_back()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
