"""What the log shows of itself: heads and proofs to everybody, records to those concerned.

Guarantees: a list of records ends with a checkpoint up to which it is complete; a list that was cut
short has none. The head of a day is published once, whatever number of processes there is.
Does not: show a record to who may not read it; that it exists is not told either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.exchange.domain import log as rules
from services.exchange.domain import lookups, merkle
from services.exchange.domain.checkpoint import Head
from services.exchange.domain.members import MEMBER
from services.exchange.domain.reach import own_node, reads_all, reads_node, reads_record
from services.exchange.domain.record import leaf, parties
from services.exchange.events import HEAD_PUBLISHED
from services.exchange.usecases.appending import Appender
from services.exchange.usecases.proving import Proofs, located
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Storage
from shared.entrypoints import Call
from shared.errors import FieldError, Invalid, NotFound, Unexpected
from shared.events import event
from shared.exchange.messages import canonical, instant
from shared.text import Text

MOST_PAGES = lookups.STRETCH
"""Pages of a stretch of the log: each has at least one record."""
AT_ONCE = 16
"""Pages read at once."""
MOST_SHOWN = 20
"""Records of one request that are shown, the newest."""


def publish_head(store: Storage, log: Appender, now: Any) -> None:
    """Publish the head of the day, where nobody has."""
    day = local_day(now).isoformat()
    if store["heads"].get(day) is not None:
        return
    tree = log.tree(fresh=True)
    proofs = Proofs(store, tree)
    _check_heads(store, proofs)
    head = Head(tree.size, tree.root())
    told = {"size": head.size, "root": head.root.hex(), "note": log.signed(head)}
    document = {"_id": day, "at": instant(now), **told}
    published = event(HEAD_PUBLISHED, day, 1, {"day": day, **told}, now)
    store["heads"].ensure(document, [published])


def _check_heads(store: Storage, proofs: Proofs) -> None:
    """That the head published last is one of this log's."""
    for last in store["heads"].page({}, order=("_id", -1), limit=1).items:
        if last["size"] > proofs.size or proofs.root(last["size"]).hex() != last["root"]:
            raise Unexpected() from rules.Broken(last["size"], f"not the log of {last['_id']}")


def consistency(store: Storage, log: Appender, old: int, new: int | None) -> dict[str, Any]:
    """{from, to, from_root, to_root, proof}, hashes in hexadecimal."""
    if new is not None and new < old:
        detail = Text("不得大于 to", "Must not be larger than `to`")
        raise Invalid(errors=[FieldError("/from", detail, "range")])
    proofs = Proofs(store, log.tree(fresh=True))
    to = proofs.size if new is None else new
    proof = proofs.consistency(old, to)
    return {
        "from": old,
        "to": to,
        "from_root": proofs.root(old).hex(),
        "to_root": proofs.root(to).hex(),
        "proof": [node.hex() for node in proof],
    }


def inclusion(store: Storage, log: Appender, index: int, size: int | None) -> dict[str, Any]:
    """{index, size, leaf, root, proof}, hashes in hexadecimal."""
    proofs = Proofs(store, log.tree(fresh=True))
    size = proofs.size if size is None else size
    proof = proofs.inclusion(index, size)
    block, place = divmod(index, merkle.TILE_WIDTH)
    return {
        "index": index,
        "size": size,
        "leaf": proofs.hashes(0, block)[place].hex(),
        "root": proofs.root(size).hex(),
        "proof": [node.hex() for node in proof],
    }


def found(store: Storage, log: Appender, caller: Caller, id_: str) -> dict[str, Any]:
    """{checkpoint, items}: the records of the request `id_` that the caller may read, with proofs.

    An item has {index, leaf, record, proof} (in the checkpoint's tree) and its receipt {page,
    path}: the signed head of its page, and the proof in the page's tree.
    """
    every = [each for each in located(store, id_) if reads_record(caller, parties(each.record))]
    if not every:
        raise NotFound()
    tree = log.tree(fresh=True)
    proofs, head = Proofs(store, tree), Head(tree.size, tree.root())
    items = [
        {
            **_line(each.index, each.record),
            "proof": [node.hex() for node in proofs.inclusion(each.index, head.size)],
            "receipt": _receipt(each.page, each.index),
        }
        for each in every[-MOST_SHOWN:]
    ]
    return {"checkpoint": log.signed(head), "items": items}


def _receipt(page: rules.Page, index: int) -> dict[str, Any]:
    leaves = [leaf(text) for text in page["records"]]
    path = merkle.inclusion(
        index - page["first"],
        len(leaves),
        lambda height, number: merkle.folded(leaves[number << height : (number + 1) << height]),
    )
    head = {**rules.header(page), "signature": page["signature"]}
    return {"page": head, "path": [node.hex() for node in path]}


def listed(store: Storage, log: Appender, call: Call) -> Iterator[bytes]:
    """NDJSON: {index, leaf, record} of each record that the query asks for, from the index `from`
    on, and at the end {checkpoint}."""
    node = _asked_node(call)
    tree = log.tree(fresh=True)
    return _lines(store, log, Head(tree.size, tree.root()), node, call.query["from_"])


def _asked_node(call: Call) -> str | None:
    """The node whose records are asked for; None: every node's."""
    caller, asked = call.signed_in, call.query.get("node")
    if asked is None and reads_all(caller):
        return None
    asked = asked or own_node(caller) or ""
    if not MEMBER.fullmatch(asked) or not reads_node(caller, asked):
        detail = Text("没有可以查看的此节点", "There is no such node whose records you may read")
        raise Invalid(errors=[FieldError("/node", detail, "node")])
    return str(asked)


def _lines(
    store: Storage, log: Appender, head: Head, node: str | None, first: int
) -> Iterator[bytes]:
    for page in _pages(store, node, first, head.size):
        if page is None:
            yield b""
            continue
        for index, record in rules.indexed(page):
            if first <= index < head.size and (node is None or node in parties(record)):
                yield canonical(_line(index, record)) + b"\n"
    yield canonical({"checkpoint": log.signed(head)}) + b"\n"


def _pages(store: Storage, node: str | None, first: int, size: int) -> Iterator[rules.Page | None]:
    """The pages from the record `first` on, in order; None now and then, where there are none."""
    last = ""
    for stretch in range(first // lookups.STRETCH, -(-size // lookups.STRETCH)):
        where = _stretch(node, stretch)
        there = store["pages"].find(where, limit=MOST_PAGES + 1, fields=["n", "first", "count"])
        reaching = (page["_id"] for page in there if page["first"] + page["count"] > first)
        ids = sorted(id_ for id_ in reaching if id_ > last)
        last = max([last, *ids])
        for start in range(0, len(ids), AT_ONCE):
            chunk = store["pages"].get_many(ids[start : start + AT_ONCE])
            yield from (chunk[id_] for id_ in sorted(chunk))
        yield None


def _stretch(node: str | None, stretch: int) -> dict[str, Any]:
    if node is not None:
        return {"lookups": lookups.of_party(node, stretch)}
    blocks = lookups.STRETCH // lookups.BLOCK
    numbers = range(stretch * blocks, (stretch + 1) * blocks)
    return {"lookups": {"$in": [lookups.of_block(number) for number in numbers]}}


def _line(index: int, record: Mapping[str, Any]) -> dict[str, Any]:
    hashed = leaf(canonical(record).decode())
    return {"index": index, "leaf": hashed.hex(), "record": record}
