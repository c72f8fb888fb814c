"""Imports as callers see them: handed in, looked up, their faulty rows read.

Guarantees: the same request again is the same import; every faulty row can be read, page by page.
Does not: read the file (`usecases.imports` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalogue.domain.authority import runs_platform
from services.catalogue.usecases.items import kept_fault
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Duplicate, FieldError, Malformed, NotFound, UnsupportedMediaType
from shared.store import once
from shared.text import Text

FAULTS_A_PAGE = 100


def submit(store: Any, call: Call) -> Document:
    """Accept a file; the import's record."""
    encoding = call.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise UnsupportedMediaType(Text("仅支持 gzip 编码", "Content-Encoding may be gzip only"))
    if not call.content:
        raise Malformed(Text("请求体为空", "The body is empty"))
    file = f"{call.id}:{call.digest}"
    _keep_file(store, call, file)
    caller = call.signed_in
    record = {
        "_id": call.id,
        "state": "waiting",
        "open": True,
        "file": file,
        "attempts": 0,
        "lease_until": call.now,
        "by": {"account": caller.subject, "division": caller.division,
               "department": caller.department},
        "bytes": len(call.content),
        "submitted_at": call.now,
        "finished_at": None,
        "counts": None,
        "fault_pages": 0,
        "reason": None,
    }  # fmt: skip
    return once(store["imports"], record, call.digest)


def _keep_file(store: Any, call: Call, file: str) -> None:
    try:
        store.files.put(
            file,
            call.content,
            filename=f"{call.id}.ndjson",
            media_type="application/x-ndjson",
            owner=call.signed_in.subject,
        )
    except Duplicate:
        return  # the same request before


def one(store: Any, call: Call, import_id: str) -> Document:
    """The record of an import, for who handed it in and who runs the platform."""
    record: Document = store["imports"].require(import_id)
    caller = call.signed_in
    if record["by"]["account"] != caller.subject and not runs_platform(caller):
        raise NotFound()
    return record


def faults(store: Any, call: Call, import_id: str, page: int) -> tuple[list[dict[str, Any]], bool]:
    """One page of faulty rows (from 0), in the order of their lines; whether more follow."""
    record = one(store, call, import_id)
    if page >= record["fault_pages"]:
        return [], False
    kept: list[dict[str, Any]] = store["faults"].require(_page_id(import_id, page))["rows"]
    return kept, page + 1 < record["fault_pages"]


def _page_id(import_id: str, page: int) -> str:
    return f"{import_id}:{page:05d}"


def keep_faults(store: Any, import_id: str, faults: Mapping[int, Sequence[FieldError]]) -> int:
    """Write the faulty rows down, page by page; how many pages."""
    ordered = sorted(faults.items())
    pages = [ordered[i : i + FAULTS_A_PAGE] for i in range(0, len(ordered), FAULTS_A_PAGE)]
    for number, page in enumerate(pages):
        told = [{"line": line, "errors": [kept_fault(f) for f in found]} for line, found in page]
        store["faults"].put_many([{"_id": _page_id(import_id, number), "rows": told}])
    return len(pages)
