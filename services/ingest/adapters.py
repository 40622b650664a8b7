"""Which adapter speaks for which kind of source. A new kind is one file and one line here."""

from __future__ import annotations

from pathlib import Path

from configuration.sources import AnySource, Feed, File, Jetstream, Mastodon, Push
from runtime.process import CannotStart
from services.ingest.file import FileAdapter
from services.ingest.jetstream import JetstreamAdapter
from services.ingest.mastodon import MastodonAdapter
from services.ingest.push import PushAdapter
from services.ingest.rss import FeedAdapter
from services.ingest.secret import read_secret
from services.ingest.source import Adapter


def adapter_for(source: AnySource, secrets_dir: Path) -> Adapter:
    """Raises `CannotStart` when a secret or a file that the source names is missing."""
    match source:
        case Jetstream():
            try:
                return JetstreamAdapter(source)
            except OSError as error:
                raise CannotStart(f"the zstd dictionary of {source.id} cannot be read ({error.strerror})") from None
        case Mastodon():
            token = read_secret(secrets_dir, source.token_secret) if source.token_secret else None
            return MastodonAdapter(source, token)
        case Feed():
            return FeedAdapter(source)
        case Push():
            return PushAdapter(source, read_secret(secrets_dir, source.token_secret))
        case File():
            return FileAdapter(source)
