"""What a fold sends on: small enough for a record, cut only between source records."""

from __future__ import annotations

from contracts.anonymous_posts import AnonymousBatch, AnonymousPost
from contracts.codec import MAX_RECORD_BYTES, encode
from services.detector.fold import SourceFold
from services.detector.matching import Matcher
from tests.detector.posts import MONDAY_NOON, whole

CROWD, BATCH = 10_000, 200


def said(number: int) -> AnonymousPost:
    words = [f"woord{chr(97 + number % 26)}{chr(97 + at)}" for at in range(10)]
    tokens = ("rellen", "in", "Rotterdam", "op", "de", "Coolsingel", *words)
    return AnonymousPost(
        offset=number, minute=MONDAY_NOON, source="bluesky", tokens=tokens, author=f"{number:016x}", post="x"
    )


def test_a_crowd_within_one_flush_fits_in_records_and_loses_nobody() -> None:
    fold = SourceFold(0, 1, 1, Matcher(whole()), {})
    for record in range(CROWD // BATCH):
        posts = tuple(said(number) for number in range(record * BATCH, (record + 1) * BATCH))
        fold.add(AnonymousBatch(partition=0, posts=posts), record)
    records = fold.flush()[0]
    assert len(records) > 1
    assert max(len(encode(record)) for record in records) < MAX_RECORD_BYTES
    watched = [delta for record in records for delta in record.deltas if delta.series.startswith("watch:")]
    assert sum(share.posts for delta in watched for share in delta.shares) == CROWD
    people = {author for delta in watched for share in delta.shares for author in share.authors}
    assert len(people) == CROWD
    cuts = [{share.offset for share in delta.shares} for delta in watched]
    assert sum(map(len, cuts)) == len(set().union(*cuts)), "a source record is in two records"
    assert [record.watermark for record in records[:-1]] == [None] * (len(records) - 1)
