"""A record of evidence: one use of shared data, without the data (pure).

    id, attempt     of the request; kind "query", "verify", "batch", "subscribe", "unsubscribe", or
                    "notice": a consumer is told that records have changed; at: when it was asked
    consumer        "GOV/education/education"; provider: a node, "GOV/public-security"
    resource, version, grant, purpose, item, case, fields [names]
    subjects        keyed hashes of whom it is about; count: how many keys were asked for
    outcome         "answered", "not-found", "refused:<type>", "failed:<type>"; of subscriptions
                    "opened", "ended", "noticed"
    request         digest, under `request_salt`, of what was asked by; response: of the answer,
                    under `salt` (shared.exchange.messages)
    consumer_signature, consumer_kid, or token {client_id, jti} where a system asked by HTTP
    answered_at, provider_signature, provider_kid   as the provider tells them
    keys_root       of a batch or a subscription: the Merkle root over its keys (hexadecimal)
    previous        {"consumer", "provider"}: leaf hash of the record before this one in which that
                    node took part, on either side; None for its first

Times are RFC 3339 with milliseconds, hashes hexadecimal. Its canonical JSON is the tree's leaf.

Guarantees: what consumer and provider have signed follows from the record alone (`asked`,
`answered`), so that anybody can check it. What is entered has these fields and no others, is
bounded, and has a salt, without which leaf hashes could be guessed.
Does not: hold anything that was asked or answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.exchange.domain import merkle
from services.exchange.domain.members import MEMBER, consumer
from shared.exchange.messages import canonical

Record = Mapping[str, Any]

KEPT = ("answered", "not-found")
"""Outcomes in which the provider has read, and the answer was released."""
DONE = (*KEPT, "opened")
"""Outcomes in which the consumer got what it asked for, and is given it again."""
CHARGED = (*KEPT, "noticed")
"""Outcomes that count against the grant's quota."""
NEEDED: Mapping[str, type] = {
    "id": str, "attempt": int, "kind": str, "at": str, "consumer": str, "subjects": list,
    "fields": list, "count": int, "outcome": str, "salt": str, "request": str,
}  # fmt: skip
POSSIBLE: Mapping[str, type] = {
    "provider": str, "resource": str, "version": int, "grant": str, "purpose": str, "item": str,
    "case": str, "request_salt": str, "response": str, "token": dict, "consumer_signature": str,
    "consumer_kid": str, "answered_at": str, "provider_signature": str, "provider_kid": str,
    "keys_root": str,
}  # fmt: skip
"""None where there is nothing."""
NAMES = frozenset({*NEEDED, *POSSIBLE})
OUTCOME = re.compile(
    r"answered|not-found|opened|ended|noticed|(?:refused|failed):[a-z][a-z-]{0,60}", re.ASCII
)
KIND_OF = {"opened": "subscribe", "ended": "unsubscribe", "noticed": "notice"}
"""The kind that alone has this outcome: what no provider answers needs no provider's signature."""
SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)
MOST_BYTES = 32_768


def entered(entry: Mapping[str, Any]) -> dict[str, Any]:
    """`entry` with every field of a record but `previous`; ValueError says what is wrong."""
    record = {**dict.fromkeys(POSSIBLE), **entry}
    if unknown := record.keys() - NAMES:
        raise ValueError(f"no field of a record: {', '.join(sorted(unknown))}")
    for name, kind in {**NEEDED, **POSSIBLE}.items():
        value = record.get(name)
        if type(value) is not kind and not (value is None and name in POSSIBLE):
            raise ValueError(f"{name}: a record needs {kind.__name__}")
    _check(record)
    return record


def _check(record: Record) -> None:
    if not OUTCOME.fullmatch(record["outcome"]):
        raise ValueError(f"outcome: {record['outcome'][:80]!r} is none")
    if KIND_OF.get(record["outcome"], record["kind"]) != record["kind"]:
        raise ValueError(f"outcome: a {record['kind']} is not {record['outcome']}")
    if not SALT.fullmatch(record["salt"]):
        raise ValueError("salt: 16 bytes in hexadecimal")
    if consumer(record["consumer"]) is None:
        raise ValueError("consumer: member/subsystem")
    if record["provider"] is not None and not MEMBER.fullmatch(record["provider"]):
        raise ValueError("provider: a member")
    if record["attempt"] < 1 or record["count"] < 0:
        raise ValueError("attempt, count: too small")
    if _length(record) > MOST_BYTES:
        raise ValueError(f"a record has at most {MOST_BYTES} bytes")


def _length(record: Record) -> int:
    try:
        return len(canonical(record))
    except TypeError as error:
        raise ValueError(f"not JSON: {error}") from None


ASKED = (
    "id", "attempt", "at", "kind", "consumer", "grant", "purpose", "case", "item", "resource",
    "fields",
)  # fmt: skip


def asked(record: Record) -> dict[str, Any]:
    """What the consumer has signed (`messages.signable_request`)."""
    told = {name: record[name] for name in ASKED}
    return {**told, "salt": record["request_salt"], "content": record["request"]}


def answered(record: Record) -> dict[str, Any]:
    """What the provider has signed (`messages.signable`)."""
    return {
        "request": record["id"],
        "attempt": record["attempt"],
        "at": record["answered_at"],
        "node": record["provider"],
        "digest": record["response"],
    }


def refused(record: Record, type_: str) -> dict[str, Any]:
    """`record` as that of a refusal: nothing was released."""
    nothing = ("response", "answered_at", "provider_signature", "provider_kid", "keys_root")
    return {**record, **dict.fromkeys(nothing), "outcome": f"refused:{type_}"}


def sides(record: Record) -> dict[str, str | None]:
    """The node on either side."""
    member = record["consumer"].rpartition("/")[0]
    return {"consumer": member, "provider": record["provider"]}


def parties(record: Record) -> set[str]:
    """The nodes that take part."""
    return {node for node in sides(record).values() if node}


def charged(record: Record) -> int:
    """What the use takes from its grant's quota."""
    return int(record["count"]) if record["outcome"] in CHARGED else 0


def spends(record: Record) -> bool:
    """Whether its request and attempt are used up: what was refused had no effect."""
    return not record["outcome"].startswith("refused:")


def leaf(data: str) -> bytes:
    """The leaf hash of a record in its canonical JSON."""
    return merkle.leaf_hash(data.encode())
