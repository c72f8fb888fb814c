"""What pages of the log are found by (pure).

Guarantees: what was told of a page when it was written finds it. Does not: say which of its records
is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.exchange.domain import merkle
from services.exchange.domain.record import parties

BLOCK = merkle.TILE_WIDTH
"""Records of a level-0 tile; a page names those that it reaches into."""
STRETCH = 4096
"""Records within which a party's pages are looked up at once."""


def lookups(first: int, given: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a page is found by; in one index, as each costs an insert of its own."""
    return sorted(
        {of_subject(subject) for record in given for subject in record["subjects"]}
        | {of_request(record["id"]) for record in given}
        | {of_block(n) for n in range(first // BLOCK, (first + len(given) - 1) // BLOCK + 1)}
        | {
            of_party(node, index // STRETCH)
            for index, record in enumerate(given, first)
            for node in parties(record)
        }
    )


def of_subject(subject: str) -> str:
    """The lookup of pages with records about `subject`."""
    return f"subject:{subject}"


def of_request(id_: str) -> str:
    """The lookup of pages with records of the request `id_`."""
    return f"request:{id_}"


def of_block(number: int) -> str:
    """The lookup of pages that reach into the level-0 tile `number`."""
    return f"block:{number}"


def of_party(node: str, stretch: int) -> str:
    """The lookup of pages in which `node` takes part, within a stretch of the log."""
    return f"party:{node}#{stretch}"
