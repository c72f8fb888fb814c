"""Who asks, and whether they may: everything that is checked before a provider is asked.

Guarantees: what is admitted was signed by a connected node (or came with a system's access token),
is of this time, was not made before, and is covered by a grant in force; what is refused has its
typed error, and a record in the log, also where the sender could not prove to be who it says.
Does not: decide quotas for good (the log does, in its order).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.exchange.domain import grants, use
from services.exchange.domain.members import Consumer, consumer
from services.exchange.domain.resources import version_of
from services.exchange.usecases import reading
from services.exchange.usecases.office import Json, Office, Proof, Token, Written
from services.exchange.usecases.refusing import refuse, sketch
from services.exchange.usecases.watching import note_sequence
from shared.clock import local_day
from shared.documents import Document
from shared.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    ServiceError,
    Unavailable,
)
from shared.exchange.messages import (
    REQUEST,
    instant,
    public_key,
    signable_request,
    verified,
)
from shared.exchange.request import check
from shared.text import Text


class Admitted(NamedTuple):
    """A use that may be made. proof: its part of the record. version: of the resource, as granted.
    before: the record under which the same request was answered, and where it is. answers: how many
    such records there are."""

    request: dict[str, Any]
    proof: dict[str, Any]
    grant: Document
    resource: Document
    version: Json
    provider: Document
    before: Written | None
    answers: int


def admitted(office: Office, given: Any, proof: Proof, kinds: Collection[str]) -> Admitted:
    """The use that `given` asks for, or the `ServiceError` by which it is refused."""
    now = office.now()
    named = named_in(given)
    granted, nodes = _read(office, given, named)
    try:
        shown = authenticated(nodes, given, named, proof, now)
        request = _dated(office, given, proof, now)
        check(request)
        _check_kind(request, kinds)
    except ServiceError as error:
        refuse(office, sketch(office, given, now), error)
        raise
    try:
        return _covered(office, request, shown, granted, nodes)
    except ServiceError as error:
        refuse(office, {**use.begun(request, office.new_salt(), ()), **shown}, error)
        raise


Made = TypeVar("Made")


def repeatable(proof: Proof, use: Callable[[], Made]) -> Made:
    """What `use` makes, once more where its attempt was made by another process meanwhile: a system
    over HTTP does not count its attempts."""
    try:
        return use()
    except Conflict as error:
        if error.type != "replayed" or not isinstance(proof, Token):
            raise
    return use()


def named_in(given: Any) -> Consumer:
    """The consumer that a message names."""
    name = given.get("consumer") if isinstance(given, Mapping) else None
    found = consumer(name) if isinstance(name, str) else None
    if found is None:
        told = Text("应为“成员/子系统”", "Must be member/subsystem")
        raise Invalid(errors=[FieldError("/consumer", told, "consumer")])
    return found


def _read(
    office: Office, given: Json, named: Consumer
) -> tuple[Document | None, Mapping[str, Document]]:
    """The grant that is named, and the nodes of both sides, in two point reads."""
    granted = office.reading.grant(given.get("grant"))
    sides = {named.member, *([granted["provider"]] if granted else [])}
    return granted, office.reading.nodes(sides)


def authenticated(
    nodes: Mapping[str, Document], given: Json, named: Consumer, proof: Proof, now: datetime
) -> dict[str, Any]:
    """What proves who asks, as the record keeps it."""
    node = _taking_part(nodes.get(named.member))
    if isinstance(proof, Token):
        if proof.client_id != named.subsystem:
            told = Text("令牌不属于该子系统", "The token is not of this subsystem")
            raise Forbidden(told, type="signature-invalid")
        return {"token": proof._asdict()}
    signed = _signed(given)
    for key in use.good_keys(node, named.subsystem, now):
        if verified(REQUEST, signed, proof.value, opened(key["jwk"]["x"], key["kid"])):
            return {"consumer_signature": proof.value, "consumer_kid": key["kid"]}
    raise Forbidden(
        Text("请求的签名无效", "The signature of the request is not valid"),
        type="signature-invalid",
    )


def _signed(given: Json) -> dict[str, Any] | None:
    """What the signature of a request is to cover; None where it is none."""
    try:
        return signable_request(given)
    except (ValueError, TypeError):
        return None


@lru_cache(4096)
def opened(x: str, kid: str) -> Ed25519PublicKey:
    """The key of a node; registered keys are sound."""
    return public_key({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid})


def _dated(office: Office, given: Json, proof: Proof, now: datetime) -> dict[str, Any]:
    """The request; that of a system over HTTP gets its time, and the attempt that comes next, as
    far as this process knows; where another has made it meanwhile, the log says so (`repeatable`).
    """
    if not isinstance(proof, Token):
        return dict(given)
    id_ = given.get("id")
    known = office.log.known(id_, attempt=1) if isinstance(id_, str) else []
    own = use.of_consumer(given, [written.record for written in known])
    attempt = 1 + max((record["attempt"] for record in own), default=0)
    return {**given, "attempt": attempt, "at": instant(now), "salt": office.new_salt()}


def _covered(
    office: Office,
    request: dict[str, Any],
    shown: dict[str, Any],
    granted: Document | None,
    nodes: Mapping[str, Document],
) -> Admitted:
    now = office.now()
    known = office.log.known(request["id"], request["attempt"])
    records = [written.record for written in known]
    if error := use.late(request, now) or use.repeated(request, records):
        raise error
    if error := grants.refusal(granted, request, local_day(now)):
        raise error
    assert granted is not None
    resource = office.reading.resource(request["resource"])
    version = version_of(resource, granted["resource_version"])
    if version is None:
        raise NotFound(
            Text("该版本已停止提供", "This version is provided no more"), type="resource-unknown"
        )
    _check_keys(request, version["key"])
    answers = use.answers(request, records)
    before = answers[-1] if answers else None
    if before is None:
        _check_quota(office, request, granted)
        note_sequence(office.store, office.sequences, request, now)
    return Admitted(
        request,
        shown,
        granted,
        resource,
        version,
        _answering(nodes.get(granted["provider"])),
        next((written for written in known if written.record is before), None),
        len(answers),
    )


def _taking_part(node: Document | None) -> Document:
    if node is None or node["state"] != "connected":
        raise reading.not_connected()
    return node


def _check_kind(request: Json, kinds: Collection[str]) -> None:
    if request["kind"] not in kinds:
        told = Text(f"此处可用：{'、'.join(kinds)}", f"Here: {', '.join(kinds)}")
        raise Invalid(errors=[FieldError("/kind", told, "choice")])


def _answering(node: Document | None) -> Document:
    """The provider's node, where it takes part now."""
    try:
        return _taking_part(node)
    except Forbidden:
        told = Text("数据提供方已暂停接入", "The provider does not take part at the moment")
        raise Unavailable(told, type="provider-unavailable") from None


def _check_keys(request: Json, names: list[str]) -> None:
    told = Text(f"键应为：{'、'.join(names)}", f"The key is: {', '.join(names)}")
    many = request["keys"] is not None
    keys = enumerate(request["keys"]) if many else [("", request["key"])]
    faulty = [number for number, key in keys if key.keys() != set(names)]
    if faulty:
        places = (f"/keys/{number}" if number != "" else "/key" for number in faulty)
        raise Invalid(errors=[FieldError(place, told, "key") for place in places])


def _check_quota(office: Office, request: Json, granted: Json) -> None:
    """Refuse what cannot succeed, before anybody is asked; the log decides for good. To open a
    subscription costs nothing: what it is told of does."""
    quota = granted["quota"]
    if not quota or request["kind"] == "subscribe":
        return
    used = office.log.used(granted["_id"], quota["period"])
    if used + use.count(request) > quota["amount"]:
        told = Text("该授权的用量已用完", "The quota of this grant is used up")
        raise Conflict(told, type="quota-exhausted")
