"""Persons who may not represent an enterprise, by the keyed lookup of their number."""

from __future__ import annotations

from typing import Any

from services.enterprise.tools import Tools
from shared.department.usecases import actor
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.personal import mask_identity
from shared.store import once

MOST = 50
PURPOSE = "barred-person"


def record(store: Any, tools: Tools, call: Call) -> Document:
    """Record a bar; the number itself is not kept."""
    body = call.body
    document = {
        "_id": call.id,
        "person": tools.vault.lookup(body["identity"], PURPOSE),
        "masked": mask_identity(body["identity"]),
        "name": body["name"],
        "ground": body["ground"],
        "since": body["since"],
        "until": body["until"],
        "source": body["source"],
        "by": actor(call.signed_in),
        "at": call.now,
    }
    digest = tools.vault.lookup(call.digest, "request")
    return once(store["bars"], document, digest)


def of(store: Any, tools: Tools, identity: str) -> list[Document]:
    """The records against the person with this number."""
    found: list[Document] = store["bars"].find(
        {"person": tools.vault.lookup(identity, PURPOSE)}, limit=MOST
    )
    return found
