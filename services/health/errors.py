"""Errors of FHIR's own, and how its addresses tell any error."""

from __future__ import annotations

from services.health.domain.fhir.capability import JSON
from services.health.domain.fhir.outcome import refusal
from shared.entrypoints import Reply
from shared.errors import ServiceError
from shared.text import Text


class NotAcceptable(ServiceError):
    """The client asks for a format that is not offered."""

    status, slug = 406, "not-acceptable"
    title = Text("只提供 JSON 格式", "Only JSON is offered")


def outcome(error: ServiceError, language: str, path: str) -> Reply:
    """`error` as an OperationOutcome."""
    return Reply(refusal(error, language), media_type=JSON)
