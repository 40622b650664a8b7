"""`page` and `pageSize`, and the links to the neighbours (RFC 8288)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Query, Request

MAX_PAGE = 100_000
MAX_SIZE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @classmethod
    def of_query(
        cls,
        page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
        page_size: Annotated[int, Query(alias="pageSize", ge=1, le=MAX_SIZE)] = 50,
    ) -> Self:
        return cls(number=page, size=page_size)


def link_header(request: Request, page: Page, total: int) -> str:
    """Relative addresses, so that they hold behind a proxy too."""
    neighbours = {}
    if page.number > 1:
        neighbours["prev"] = page.number - 1
    if page.offset + page.size < total:
        neighbours["next"] = page.number + 1
    return ", ".join(
        f'<{request.url.path}?{request.url.include_query_params(page=number, pageSize=page.size).query}>; rel="{name}"'
        for name, number in neighbours.items()
    )
