"""Errors of FHIR's own, and how its addresses tell any error."""

from __future__ import annotations

from services.health.domain.fhir.capability import JSON, TYPES
from services.health.domain.fhir.outcome import refusal
from shared.entrypoints import Reply
from shared.errors import ServiceError
from shared.text import Text


class NotAcceptable(ServiceError):
    """The client asks for a format that is not offered."""

    status, slug = 406, "not-acceptable"
    title = Text("只提供 JSON 格式", "Only JSON is offered")


def outcome(error: ServiceError, language: str, path: str) -> Reply:
    """`error` as an OperationOutcome; elements are named where a resource was sent."""
    type_ = path.partition("/fhir/")[2].partition("/")[0]
    known = type_ in TYPES and error.type != "search-parameter"
    return Reply(refusal(error, language, type_ if known else ""), media_type=JSON)
