"""What a provider answers to orders that it believes.

Guarantees: what waits for the same fields of the same resource is read together; where that fails
each is read alone, so that none suffers for another. Does not: verify orders, or sign answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from shared.errors import Unexpected
from shared.exchange import order as orders
from shared.exchange.resource import Key, Resource, Row, Source

Made = TypeVar("Made")
Rows = Sequence[Row | None]


class Wanted(NamedTuple):
    """What an order asks for. names: of the fields. claimed: of a verification, else None."""

    order: Mapping[str, Any]
    resource: Resource
    keys: Sequence[Key]
    names: tuple[str, ...]
    claimed: Row | None


def wanted(resources: Sequence[Resource], order: Mapping[str, Any]) -> Wanted:
    """What a loaded `order` asks for, or the `ServiceError` by which it is refused."""
    resource = orders.chosen(resources, order)
    claimed = orders.claims(resource, order) if order["kind"] == "verify" else None
    names = orders.wanted(resource, order) if claimed is None else tuple(claimed)
    return Wanted(order, resource, orders.keys(resource, order), names, claimed)


def answer(asked: Wanted, rows: Rows, node: str, source: Source) -> dict[str, Any]:
    """The answer to `asked`, unsigned, from the rows of its keys."""
    if asked.claimed is None:
        kept = [orders.narrowed(row, asked.names) for row in rows]
        found = orders.answer(asked.order, node, kept, source.now)
    else:
        found = orders.verdict(asked.order, node, rows[0], asked.claimed, source.now)
    return {**found, "subjects": _subjects(asked, rows, source)}


def _subjects(asked: Wanted, rows: Rows, source: Source) -> list[list[str]]:
    """For each row, keyed hashes of whom it is about beyond its key; empty where the key tells."""
    found = [orders.subjects(asked.resource, row, asked.names, source.vault) for row in rows]
    return found if any(found) else []


def read(resource: Resource, keys: Sequence[Key], names: Sequence[str], source: Source) -> Rows:
    """The rows of `keys`, in their order; beside `names`, whom they are about."""
    if resource.read is None:
        raise Unexpected() from LookupError(f"resource {resource.code} has no read")
    about = () if resource.subject is None else (resource.subject.field.partition(".")[0],)
    rows = resource.read(source, keys, frozenset((*names, *about)))
    if len(rows) != len(keys):
        raise Unexpected() from ValueError(f"{resource.code}: {len(rows)} rows, {len(keys)} keys")
    return rows


def read_together(asked: Sequence[Wanted], source: Source) -> list[Rows | Exception]:
    """The rows of each of `asked`, in their order, or why there are none."""
    alike: dict[Any, list[int]] = defaultdict(list)
    for place, one in enumerate(asked):
        alike[one.resource.code, one.resource.version, one.names].append(place)
    found: dict[int, Rows | Exception] = {}
    for places in alike.values():
        rows = _read_alike([asked[place] for place in places], source)
        found |= zip(places, rows, strict=True)
    return [found[place] for place in range(len(asked))]


def _read_alike(asked: Sequence[Wanted], source: Source) -> list[Rows | Exception]:
    resource, names = asked[0].resource, asked[0].names
    rows = tried(read, resource, [key for one in asked for key in one.keys], names, source)
    if not isinstance(rows, Exception):
        left = iter(rows)
        return [[next(left) for _ in one.keys] for one in asked]
    if len(asked) == 1:
        return [rows]
    return [tried(read, resource, one.keys, names, source) for one in asked]


def tried(work: Callable[..., Made], *given: Any) -> Made | Exception:
    """What `work` makes of what it is given, or what it raises."""
    try:
        return work(*given)
    except Exception as error:
        return error
