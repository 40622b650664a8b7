"""New words: k different authors, whichever two moments are subtracted from each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from services.anonymizer.candidates import LEAST_K, Candidates

uses = some.lists(
    some.tuples(some.sampled_from("ab"), some.integers(0, 14).map(str), some.integers(0, 90)), max_size=300
)


@given(uses, some.integers(1, 12), some.integers(5, 60))
def test_every_release_stands_for_k_authors_of_its_own(events: list[tuple[str, str, int]], k: int, window: int) -> None:
    candidates = Candidates(k=k, window_minutes=window, limit=100)
    since: dict[str, list[tuple[str, int]]] = {}
    for word, author, minute in events:
        since.setdefault(word, []).append((author, minute))
        if candidates.used(word, author, minute):
            # All that an observer can learn between two releases of a word: these authors, at least k of them,
            # and all of them within one window.
            block = since.pop(word)
            newest = max(at for _, at in block)
            within = {author for author, at in block if at > newest - window}
            assert len(within) >= max(k, LEAST_K)
            assert len({author for author, _ in block}) >= max(k, LEAST_K)


@given(uses, some.integers(5, 8))
def test_alerts_subtracted_from_each_other_differ_by_nobody_or_k(events: list[tuple[str, str, int]], k: int) -> None:
    """An alert shows the words released until then. The difference of any two is a sum of blocks of k authors."""
    candidates = Candidates(k=k, window_minutes=1_000, limit=100)
    shown: list[set[int]] = [set()]
    blocks: list[set[str]] = []
    current: dict[str, set[str]] = {}
    for word, author, minute in events:
        current.setdefault(word, set()).add(author)
        if candidates.used(word, author, minute):
            blocks.append(current.pop(word))
            shown.append(shown[-1] | {len(blocks) - 1})
    for early in range(len(shown)):
        for late in range(early, len(shown)):
            authors = [len(blocks[block]) for block in shown[late] - shown[early]]
            assert all(number >= k for number in authors)


def test_k_is_never_below_five() -> None:
    candidates = Candidates(k=1, window_minutes=60, limit=10)
    assert [candidates.used("w", str(author), 0) for author in range(5)] == [False] * 4 + [True]


def test_one_loud_author_releases_nothing() -> None:
    candidates = Candidates(k=5, window_minutes=60, limit=10)
    assert not any(candidates.used("w", "loud", minute) for minute in range(200))


def test_memory_is_bounded() -> None:
    candidates = Candidates(k=5, window_minutes=60, limit=10)
    for number in range(1_000):
        candidates.used(str(number), "a", 0)
    assert len(candidates) == 10
