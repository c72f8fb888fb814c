"""A query or a verification, from the request to the answer with its receipt.

Guarantees: no answer is released whose record is not in the log; a provider is asked for the fields
of the request, which the grant covers, and nothing else of what it sends gets through; a request
that comes again is answered under the record there is where the answer is the same. What failed at
the provider has a record, too.
Does not: retry (the consumer does), or keep what was answered.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from services.exchange.adapters import invalid
from services.exchange.domain import use as rules
from services.exchange.domain import xroad
from services.exchange.usecases.admitting import Admitted, admitted, opened, repeatable
from services.exchange.usecases.office import Json, Office, Proof
from services.exchange.usecases.refusing import refuse
from shared.errors import Conflict, Invalid, ServiceError, Unavailable
from shared.exchange.messages import ANSWER, ORDER, signable, verified
from shared.exchange.order import at, subject_hash
from shared.text import Text

log = logging.getLogger(__name__)

TIMEOUT, BATCH_TIMEOUT = 2.0, 10.0
"""Seconds that a provider has for one key, and for a chunk of a batch."""
Headers = Mapping[str, str]


def use(office: Office, given: Any, proof: Proof, headers: Headers | None = None) -> dict[str, Any]:
    """{found, data, holds, provider, resource, version, at, receipt}."""
    return repeatable(proof, lambda: _used(office, given, proof, headers))


def _used(office: Office, given: Any, proof: Proof, headers: Headers | None) -> dict[str, Any]:
    asked = admitted(office, given, proof, kinds=("query", "verify"))
    answer, receipt = answered(office, asked, headers)
    return {**rules.content_of_answer(answer), **origin(asked, answer), "receipt": receipt}


def answered(
    office: Office, asked: Admitted, headers: Headers | None
) -> tuple[Json, dict[str, Any]]:
    """The provider's answer, and the receipt of the record that is in the log."""
    if asked.before is not None:
        salt = asked.before.record["salt"]
        answer = asked_of(office, asked, salt, headers)
        if answer["digest"] == asked.before.record["response"]:
            return answer, receipt_of(asked.before)
    salt = office.new_salt()
    answer = asked_of(office, asked, salt, headers)
    return answer, _recorded(office, asked, salt, answer)


def origin(asked: Admitted, answer: Json) -> dict[str, Any]:
    """Where an answer comes from."""
    named = {"provider": asked.provider["_id"], "resource": asked.resource["_id"]}
    return {**named, "version": asked.version["version"], "at": answer["at"]}


def receipt_of(written: Any) -> dict[str, Any]:
    """A record's name and place as its consumer gets them."""
    record = written.record
    named = {"request": record["id"], "attempt": record["attempt"]}
    return {**named, "index": written.index, "leaf": written.leaf}


def entry_of(
    office: Office, asked: Admitted, salt: str, answer: Json | None = None
) -> dict[str, Any]:
    """The entry of a use that reached its provider, without its outcome."""
    subjects = subjects_of(office, asked, asked.request["key"], 0, answer)
    return {
        **rules.begun(asked.request, salt, subjects),
        **asked.proof,
        "provider": asked.provider["_id"],
        "version": asked.version["version"],
    }


def subjects_of(
    office: Office, asked: Admitted, key: Json | None, place: int, answer: Json | None
) -> list[str]:
    """Keyed hashes of whom the row in `place` is about: whom its key names, whom the provider names
    beside, and whom the row itself names (existing systems know no hashes)."""
    subject = asked.version["subject"]
    if subject is None or key is None:
        return []
    row = _row(answer, place)
    places = (subject["field"], *subject["also"])
    numbers = {
        number for told in (key, row) for one in places for number in at(told, one.split("."))
    }
    named = {subject_hash(subject["kind"], number, office.vault) for number in numbers}
    beside = (answer or {}).get("subjects") or []
    return sorted(named.union(beside[place] if place < len(beside) else ()))


def _row(answer: Json | None, place: int) -> Any:
    if answer is None:
        return None
    rows = answer["rows"] if "rows" in answer else [answer["data"]]
    return rows[place] if place < len(rows) else None


def asked_of(office: Office, asked: Admitted, salt: str, headers: Headers | None) -> dict[str, Any]:
    """The provider's answer to this use, which is what was ordered and signed by its node."""
    order = rules.order(asked.request, asked.version["version"], salt, office.now())
    try:
        answer = _reached(office, asked, order, headers)
        return _believed(office, asked, order, answer)
    except Invalid as error:
        refuse(office, entry_of(office, asked, salt), error)
        raise
    except ServiceError as error:
        told = error if error.type.startswith("provider-") else invalid(_refusal(error))
        log.warning("%s, %s: %s", asked.provider["_id"], asked.resource["_id"], told)
        entry = entry_of(office, asked, salt)
        office.log.append({**entry, "outcome": f"failed:{told.type}"})
        raise told from error


def _refusal(error: ServiceError) -> Text:
    return Text(f"拒绝该指令（{error.type}）", f"it refuses the order ({error.type})")


def _reached(
    office: Office, asked: Admitted, order: Json, headers: Headers | None
) -> dict[str, Any]:
    node = {**asked.provider, "service": asked.resource["subsystem"]}
    signature = office.signer.sign(ORDER, order)
    began = office.seconds()
    answered = True
    try:
        adapter = office.adapters[node["adapter"]]
        told = {**xroad.headers(asked.request, asked.resource), **(headers or {})}
        timeout = BATCH_TIMEOUT if order["kind"] == "batch" else TIMEOUT
        return adapter.ask(node, order, signature, timeout, told)
    except Unavailable:
        answered = False
        raise
    finally:
        office.pulse.tell(node["_id"], office.seconds() - began, answered, office.now())


def _believed(
    office: Office, asked: Admitted, order: Json, answer: dict[str, Any]
) -> dict[str, Any]:
    """`answer` with the `kid` that signed it, where it is the one that was asked for."""
    node, now = asked.provider, office.now()
    if told := rules.fault(order, node["_id"], answer, now):
        raise invalid(Text(told, told))
    signed = signable(answer)
    for key in rules.good_keys(node, asked.resource["subsystem"], now):
        if verified(ANSWER, signed, answer.get("signature"), opened(key["jwk"]["x"], key["kid"])):
            return {**answer, "kid": key["kid"]}
    raise invalid(Text("签名无效", "its signature is not valid"))


def _recorded(office: Office, asked: Admitted, salt: str, answer: Json) -> dict[str, Any]:
    order = {"kind": asked.request["kind"]}
    entry = {
        **entry_of(office, asked, salt, answer),
        "outcome": rules.outcome(order, answer),
        **proven(answer),
    }
    return appended(office, asked, entry)


def proven(answer: Json) -> dict[str, Any]:
    """What a record keeps of an answer."""
    return {
        "response": answer["digest"],
        "answered_at": answer["at"],
        "provider_signature": answer["signature"],
        "provider_kid": answer["kid"],
    }


def appended(office: Office, asked: Admitted, entry: Json) -> dict[str, Any]:
    """The receipt of `entry`, once it is in the log within its grant's quota."""
    try:
        written = office.log.append(
            {**entry, "quota": asked.grant["quota"], "answers": asked.answers}
        )
    except Conflict as error:
        if error.type != "replayed":
            raise
        raise rules.replayed(entry["attempt"]) from error
    return receipt_of(written)
