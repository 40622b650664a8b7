"""Which adapter speaks for which kind of source."""

from __future__ import annotations

from configuration.sources import AnySource, File
from services.ingest.file import FileAdapter
from services.ingest.source import Adapter


def adapter_for(source: AnySource) -> Adapter:
    match source:
        case File():
            return FileAdapter(source)
    raise AssertionError(source.kind)
