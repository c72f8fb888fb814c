"""How lists of open data are declared: as JSON, and under the same name with `.csv` as a table."""

from __future__ import annotations

from collections.abc import Callable

from services.supervision.tables import CSV
from shared.access import PUBLIC
from shared.entrypoints import http
from shared.entrypoints.declaring import Method
from shared.schema import Schema

MINUTE = 60
"""Seconds that anybody may keep an answer."""


def lists(
    path: str, query: type[Schema], reply: type[Schema], summary: str
) -> Callable[[Method], Method]:
    """A list of `reply`s in pages, for all."""
    return http(
        "GET", path, who=PUBLIC, query=query, reply=reply, many=True, cache=MINUTE, summary=summary
    )


def tabulates(path: str, query: type[Schema], summary: str) -> Callable[[Method], Method]:
    """The list at `path` as a table."""
    return http(
        "GET",
        f"{path}.csv",
        who=PUBLIC,
        query=query,
        produces=CSV,
        cache=MINUTE,
        summary=summary,
    )
