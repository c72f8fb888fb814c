"""A consumer opens a subscription to records.

Guarantees: a subscription is opened, as data is read, only under a grant in force (of the kind
"subscribe") and after its record is in the log; the same request opens one, however often it comes.
Keys are sealed.
Does not: count what is opened in the same moment: the limit may be passed by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.exchange.domain import batch
from services.exchange.domain import subscriptions as rules
from services.exchange.domain import use as uses
from services.exchange.usecases.admitting import Admitted, admitted, repeatable
from services.exchange.usecases.office import Office, Proof
from services.exchange.usecases.refusing import refuse
from services.exchange.usecases.using import appended, receipt_of, subjects_of
from shared.documents import Document
from shared.errors import (
    Conflict,
    Duplicate,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    ServiceError,
)
from shared.events import derived_id
from shared.exchange.changes import key_hash, person_field
from shared.exchange.messages import canonical, instant
from shared.text import Text

TYPES: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool}


def opened(office: Office, given: Any, proof: Proof) -> dict[str, Any]:
    """`shown`, of the subscription that a request of the kind "subscribe" opens."""
    return repeatable(proof, lambda: _opened(office, given, proof))


def _opened(office: Office, given: Any, proof: Proof) -> dict[str, Any]:
    asked = admitted(office, given, proof, kinds=("subscribe",))
    id_ = derived_id("exchange", "subscription", asked.request["consumer"], asked.request["id"])
    kept = office.store["subscriptions"].get(id_)
    same = _digest(office, asked)
    if kept is None:
        kept = _new(office, asked, id_, same)
    if kept["digest"] != same:
        error = IdempotencyMismatch(Text("同一编号已用于其他订阅", "This id opened another one"))
        refuse(office, _entry(asked, office.new_salt()), error)
        raise error
    return shown(kept)


def _new(office: Office, asked: Admitted, id_: str, same: str) -> Document:
    request = asked.request
    person = person_field(asked.version["subject"])
    follows = [key_hash(request["resource"], key, person, office.vault) for key in request["keys"]]
    about = [subjects_of(office, asked, key, 0, None) for key in request["keys"]]
    try:
        _check_keys(asked, follows)
        _check_room(office, request["consumer"])
    except ServiceError as error:
        refuse(office, _entry(asked, office.new_salt()), error)
        raise
    kept = rules.opened(
        id_,
        request,
        office.now(),
        digest=same,
        provider=asked.provider["_id"],
        resource_version=asked.version["version"],
        receipt=_recorded(office, asked, about),
    )
    _keep(office, _followed(office, id_, request["keys"], follows, about))
    return office.store["subscriptions"].ensure(kept)


def _keep(office: Office, records: Sequence[dict[str, Any]]) -> None:
    """Keep what is new, the fast way; or what a process that died has left in part."""
    try:
        office.store["followed"].add_many(records)
    except Duplicate:
        office.store["followed"].put_many(records)


def _followed(
    office: Office,
    id_: str,
    keys: Sequence[Any],
    follows: Sequence[str],
    about: Sequence[list[str]],
) -> list[dict[str, Any]]:
    return [
        {
            "_id": (one := rules.followed_id(id_, place)),
            "subscription": id_,
            "place": place,
            "key": hashed,
            "about": subjects,
            "sealed": office.vault.seal_json(key, context(one)),
        }
        for place, (key, hashed, subjects) in enumerate(zip(keys, follows, about, strict=True))
    ]


def _digest(office: Office, asked: Admitted) -> str:
    """What makes two requests the same; keyed, since keys have little entropy."""
    names = ("resource", "grant", "purpose", "case", "item", "fields", "keys")
    content = canonical({name: asked.request[name] for name in names}).decode()
    return office.vault.lookup(content, "request")


def _check_keys(asked: Admitted, follows: Sequence[str]) -> None:
    faults = [*_repeated(follows), *_mistyped(asked)]
    if faults:
        raise Invalid(errors=faults)


def _repeated(follows: Sequence[str]) -> list[FieldError]:
    told, seen, found = Text("键重复", "The same key twice"), set[str](), []
    for place, hashed in enumerate(follows):
        if hashed in seen:
            found.append(FieldError(f"/keys/{place}", told, "repeated"))
        seen.add(hashed)
    return found


def _mistyped(asked: Admitted) -> list[FieldError]:
    """Values that no record can have, so that nothing would ever be told of them."""
    types = {field["name"]: field["type"] for field in asked.version["fields"]}
    return [
        FieldError(f"/keys/{place}/{name}", Text(f"应为 {due}", f"Must be a {due}"), "type")
        for place, key in enumerate(asked.request["keys"])
        for name, value in key.items()
        if type(value) is not TYPES.get(due := types.get(name, ""), type(value))
    ]


def _check_room(office: Office, consumer: str) -> None:
    if office.store["subscriptions"].count({"open_of": consumer}) >= rules.MOST_OPEN:
        told = Text(
            f"同一使用方同时最多有 {rules.MOST_OPEN} 项订阅，请先结束不再需要的",
            f"A consumer has {rules.MOST_OPEN} subscriptions at most: end one that is not needed",
        )
        raise Conflict(told, type="too-many-subscriptions", most=rules.MOST_OPEN)


def _entry(asked: Admitted, salt: str) -> dict[str, Any]:
    named = {"provider": asked.provider["_id"], "version": asked.version["version"]}
    return {**uses.begun(asked.request, salt, ()), **asked.proof, **named}


def _recorded(office: Office, asked: Admitted, about: Sequence[list[str]]) -> dict[str, Any]:
    if asked.before is not None:
        return receipt_of(asked.before)
    leaves = [{"subjects": subjects, "response": None} for subjects in about]
    root = batch.root_of(leaves)
    entry = {**_entry(asked, office.new_salt()), "outcome": "opened", "keys_root": root}
    office.store["batch_leaves"].put_many([batch.document(entry, leaves)])
    return appended(office, asked, entry)


def context(id_: str) -> bytes:
    """What the key of a followed record is sealed for."""
    return f"followed/{id_}".encode()


SHOWN = (
    "resource", "consumer", "provider", "grant", "purpose", "case", "item", "fields", "number",
    "state", "receipt",
)  # fmt: skip


def shown(found: Document) -> dict[str, Any]:
    """A subscription as its consumer sees it. keys: how many; number: of the last change."""
    end_ = found["ended"]
    return {
        "id": found["_id"],
        **{name: found[name] for name in SHOWN},
        "keys": found["count"],
        "opened_at": instant(found["opened_at"]),
        "ended": end_ and {"at": instant(end_["at"]), "reason": end_["reason"]},
    }
