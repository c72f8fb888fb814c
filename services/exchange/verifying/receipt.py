"""A receipt on its own: what /exchange/evidence/records/<request> has answered, checked offline.

Guarantees: the record stands in a page that the exchange has signed, and below a head that it has
signed; nothing is asked of anybody. Does not: say whether the head is that of the log others see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.exchange.domain import merkle
from services.exchange.domain.auditing import Line
from services.exchange.domain.checkpoint import Head
from services.exchange.verifying.proving import Doubt, Trust
from services.exchange.verifying.source import Unreachable
from shared.exchange.messages import PAGE, verified


def check_receipt(answer: Mapping[str, Any], trust: Trust) -> Iterator[str]:
    """What is proven, line by line; `Doubt` where something is not."""
    try:
        head = trust.read(answer["checkpoint"])
        for item in answer["items"]:
            line = Line(item["index"], item["record"])
            _check_page(line, item["receipt"]["page"], item["receipt"]["path"], trust)
            _check_head(line, item["proof"], head)
            yield f"record {line.index} ({line.told}): in its page, and below the signed head"
    except (KeyError, TypeError, ValueError) as error:
        raise Unreachable(f"not a receipt: {error}") from None


def _check_page(line: Line, told: Mapping[str, Any], path: Sequence[str], trust: Trust) -> None:
    page = {name: value for name, value in told.items() if name != "signature"}
    if not any(verified(PAGE, page, told["signature"], key) for key in trust.keys):
        raise Doubt(f"the page of record {line.index} is not signed by the key that is trusted")
    root = bytes.fromhex(page["root"])
    place = line.index - page["first"]
    if not merkle.included(place, page["count"], line.leaf, _nodes(path), root):
        raise Doubt(f"record {line.index} ({line.told}) is not in its page: it was changed")


def _check_head(line: Line, proof: Sequence[str], head: Head) -> None:
    if not merkle.included(line.index, head.size, line.leaf, _nodes(proof), head.root):
        raise Doubt(f"record {line.index} ({line.told}) is not below the head: it was changed")


def _nodes(path: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in path]
