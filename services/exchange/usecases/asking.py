"""Who sends a message that is no use of a resource: about what was opened before.

Guarantees: as `admitting`: it was signed by a connected node, now, or came with a system's access
token; what is refused has a record. Does not: know repeats; what is asked so may be repeated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.exchange.domain import use
from services.exchange.usecases.admitting import authenticated, named_in
from services.exchange.usecases.office import Json, Office, Proof, Signature, Token
from services.exchange.usecases.refusing import refuse, sketch
from shared.errors import FieldError, Invalid, ServiceError
from shared.exchange.plain import is_time
from shared.text import Text


def asker(office: Office, given: Any, proof: Proof, kind: str) -> dict[str, Any]:
    """What the record keeps of who sends a message that is no use of a resource: the token, if any.

    given: {"kind", "consumer", "at", "salt", ...}, signed as a request is; a record could not prove
    that signature, since it has not all that was signed.
    """
    now = office.now()
    named = named_in(given)
    try:
        authenticated(office.reading.nodes({named.member}), given, named, proof, now)
        if isinstance(proof, Signature):
            _check_time(given, now)
        if given.get("kind") != kind:
            raise Invalid(
                errors=[FieldError("/kind", Text(f"应为 {kind}", f"Is {kind}"), "choice")]
            )
    except ServiceError as error:
        refuse(office, sketch(office, given, now), error)
        raise
    return {"token": proof._asdict()} if isinstance(proof, Token) else {}


def _check_time(given: Json, now: datetime) -> None:
    if not is_time(given.get("at")):
        told = Text("应为 RFC 3339 时间", "An RFC 3339 time")
        raise Invalid(errors=[FieldError("/at", told, "time")])
    if error := use.late(given, now):
        raise error
