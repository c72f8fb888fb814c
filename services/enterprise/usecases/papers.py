"""Materials that applicants hand in: uploaded once, then named in forms by id and digest.

Guarantees: what is kept is PDF, JPEG or PNG by its first bytes, is what its sender's digest said,
and is seen by its owner and by officials of a case that names it. Does not: scan for malware.
"""

from __future__ import annotations

from typing import Any

from services.enterprise.domain import materials
from services.enterprise.domain.refusals import refusal
from shared.department.practice import Application
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import (
    Duplicate,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    Malformed,
    NotFound,
    UnsupportedMediaType,
)
from shared.media import media_type
from shared.text import Text


def upload(store: Any, call: Call) -> Document:
    """Keep the bytes of a material; the same request again gives the same material."""
    (digest, found), owner = _verified(call), call.signed_in.subject
    try:
        store.files.put(call.id, call.content, filename=call.id, media_type=found, owner=owner)
    except Duplicate:
        _same(store, call.id, digest)
    kept: Document = store["materials"].ensure(
        {
            "_id": call.id,
            "owner": owner,
            "digest": digest,
            "media_type": found,
            "size": len(call.content),
            "uploaded_at": call.now,
        }
    )
    if kept["digest"] != digest:
        raise IdempotencyMismatch()
    return kept


def _verified(call: Call) -> tuple[str, str]:
    """The digest of what came, which is the stated one, and its media type."""
    stated = materials.stated_digest(call.headers.get("Content-Digest") or "")
    if stated is None:
        raise Malformed(
            Text(
                "缺少 Content-Digest 请求头（sha-256，RFC 9530）",
                "A Content-Digest header with sha-256 is required (RFC 9530)",
            ),
            type="content-digest-required",
        )
    digest, found = materials.digest(call.content), media_type(call.content)
    if digest != stated:
        detail = Text("内容与摘要不符", "The content is not what the digest says")
        raise Invalid(errors=[FieldError("", detail, "content-digest")])
    if found is None:
        raise UnsupportedMediaType(Text("应为 PDF、JPEG 或 PNG", "Must be PDF, JPEG or PNG"))
    return digest, found


def _same(store: Any, id_: str, digest: str) -> None:
    content, _ = store.files.get(id_)
    if materials.digest(content) != digest:
        raise IdempotencyMismatch()


def own(store: Any, call: Call, id_: str) -> tuple[Document, bytes]:
    """A material of the caller's own, with its content; `NotFound` for others."""
    found = store["materials"].get(id_)
    if found is None or found["owner"] != call.signed_in.subject:
        raise NotFound(Text("没有这份材料", "There is no such material"))
    return Document(found), store.files.get(id_)[0]


def of_case(store: Any, form: dict[str, Any], id_: str) -> tuple[Document, bytes]:
    """A material that the form of a case names, with its content."""
    if not any(given["file"] == id_ for given in form.get("materials", ())):
        raise NotFound(Text("没有这份材料", "There is no such material"))
    return Document(store["materials"].require(id_)), store.files.get(id_)[0]


def faults(store: Any, application: Application) -> list[FieldError]:
    """Materials in the form that are not the applicant's, or not what the form says."""
    found = []
    for i, given in enumerate(application.form["materials"]):
        kept = store["materials"].get(given["file"])
        if kept is None or kept["owner"] != application.caller.subject:
            pointer, rule = f"/materials/{i}/file", "material-not-uploaded"
            text = "您没有上传这份材料", "You have not uploaded such a material"
            found.append(refusal(pointer, rule, *text))
        elif kept["digest"] != given["digest"]:
            pointer, rule = f"/materials/{i}/digest", "material-digest"
            text = "与上传的材料不符", "Not the digest of what was uploaded"
            found.append(refusal(pointer, rule, *text))
    return found
