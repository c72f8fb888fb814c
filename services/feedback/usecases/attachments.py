"""Attachments of requests: uploaded by a person, then named by `media_url`.

Guarantees: PDF, JPEG or PNG by their first bytes; seen by their owner, by the desk of a request
that names them, and by everybody where that request is public. Does not: scan for malware.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from services.feedback.usecases.people import before_desk
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Duplicate, IdempotencyMismatch, NotFound, UnsupportedMediaType
from shared.media import media_type
from shared.text import Text

LARGEST = 5 * 1024 * 1024
PATH = "/feedback/attachments"


def upload(store: Any, call: Call) -> Document:
    """Keep the bytes; the same request again gives the same attachment."""
    kind, digest = media_type(call.content), sha256(call.content).hexdigest()
    if kind is None:
        raise UnsupportedMediaType(Text("应为 PDF、JPEG 或 PNG", "Must be PDF, JPEG or PNG"))
    owner = call.signed_in.subject
    try:
        store.files.put(call.id, call.content, filename=call.id, media_type=kind, owner=owner)
    except Duplicate:
        content, _ = store.files.get(call.id)
        if sha256(content).hexdigest() != digest:
            raise IdempotencyMismatch() from None
    record = {"_id": call.id, "owner": owner, "media_type": kind, "uploaded_at": call.now}
    kept: Document = store["attachments"].ensure({**record, "size": len(call.content)})
    return kept


def read(store: Any, call: Call, id_: str) -> tuple[str, bytes]:
    """Media type and bytes, for whoever may see it."""
    kept = store["attachments"].get(id_)
    if kept is None or not _may_see(store, call, kept):
        raise NotFound()
    return kept["media_type"], store.files.get(id_)[0]


def _may_see(store: Any, call: Call, kept: Document) -> bool:
    if call.caller is not None and kept["owner"] == call.caller.subject:
        return True
    return any(_shows(one, call) for one in store["requests"].find({"media": kept["_id"]}))


def _shows(one: Document, call: Call) -> bool:
    if one["agreed"]:
        return True
    try:
        return call.caller is not None and bool(before_desk(one, call.caller))
    except NotFound:
        return False
