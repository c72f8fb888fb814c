"""How FHIR resources go onto the wire: formats, versions, preferences, bundles.

Source: R4 http.html (ETag, Location, Prefer), search.html (Bundle, _count, _total, _summary).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from services.health.domain.fhir import bundle, outcome, search
from services.health.domain.fhir.capability import JSON, TYPES
from services.health.domain.fhir.values import bad
from services.health.errors import NotAcceptable
from services.health.rendering import COLLECTIONS, include, render
from services.health.usecases import searching
from shared.documents import Storage
from shared.entrypoints import Call, Reply
from shared.errors import NotFound
from shared.text import Text

Resource = dict[str, Any]
FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
ACCEPTED = ("json", "*/*", "application/*")


def base_of(call: Call) -> str:
    """The address below which all of FHIR is."""
    return f"{call.base_url}/health/fhir"


def acceptable(call: Call) -> None:
    """Refuse a client that wants another format than JSON."""
    asked = {**call.query, **(call.body if isinstance(call.body, dict) else {})}.get("_format")
    header = call.headers.get("Accept") or "*/*"
    if asked is not None:
        fits = asked.partition(";")[0].replace(" ", "+") in FORMATS
    else:
        fits = any(accepted in header for accepted in ACCEPTED)
    if not fits:
        raise NotAcceptable()


def resource(call: Call, found: Resource) -> Reply:
    """`found` with its version as a weak ETag; 304 where the client has it (R4 http.html#cread)."""
    acceptable(call)
    headers = _versioned(found)
    known = (call.headers.get("If-None-Match") or "").strip()
    if known and (headers["ETag"] in known or known == found["meta"]["versionId"]):
        return Reply(b"", status=HTTPStatus.NOT_MODIFIED, headers=headers, media_type=JSON)
    return Reply(found, status=HTTPStatus.OK, headers=headers, media_type=JSON)


def _versioned(found: Resource) -> dict[str, str]:
    """ETag, and Last-Modified where the resource says when."""
    headers = {"ETag": f'W/"{found["meta"]["versionId"]}"'}
    if updated := found["meta"].get("lastUpdated"):
        moment = datetime.fromisoformat(updated).astimezone(UTC)
        headers["Last-Modified"] = format_datetime(moment, usegmt=True)
    return headers


def version(call: Call, found: Resource, wanted: str) -> Reply:
    """`found`, if that is its version: earlier ones are not kept."""
    if found["meta"]["versionId"] != wanted:
        raise NotFound(Text("旧版本不保留", "Earlier versions are not kept"))
    return resource(call, found)


def written(call: Call, found: Resource, status: int, said: Text) -> Reply:
    """The answer to a create or update, as the client prefers it."""
    acceptable(call)
    tag = found["meta"]["versionId"]
    url = f"{base_of(call)}/{found['resourceType']}/{found['id']}/_history/{tag}"
    prefer = preferences(call)
    body: Any = found
    if "return=minimal" in prefer:
        body = b""
    elif "return=operationoutcome" in prefer:
        body = outcome.done(said.say(call.language))
    return Reply(body, status=status, location=url, headers=_versioned(found), media_type=JSON)


def preferences(call: Call) -> set[str]:
    """What the Prefer header asks for (RFC 7240), in lower case."""
    given = (call.headers.get("Prefer") or "")[:400].lower()
    return {part.strip().replace('"', "") for part in given.replace(";", ",").split(",")}


def results(call: Call, store: Storage, type_: str, filter_: Mapping[str, Any]) -> Reply:
    """The page of a search."""
    acceptable(call)
    query = asked(call)
    strict = "handling=strict" in preferences(call)
    search.refuse_unread(type_, query["unread"], strict)
    records = store[COLLECTIONS[type_]]
    if query.get("_summary") == "count" or query["_count"] == 0:
        return _bundle(call, type_, (), total=records.count(filter_))
    page = searching.found(store, COLLECTIONS[type_], filter_, query)
    extra = [r for n in included(type_, query) for r in include(call, store, n, page.items)]
    exact = query.get("_total") == "accurate"
    return _bundle(
        call,
        type_,
        [render(call, type_, one) for one in page.items],
        included=_unique(extra),
        following=page.next_cursor,
        total=records.count(filter_) if exact else None,
    )


def only(call: Call, type_: str, found: Sequence[Resource]) -> Reply:
    """The page of a search whose few results are at hand."""
    acceptable(call)
    query = asked(call)
    search.refuse_unread(type_, query["unread"], "handling=strict" in preferences(call))
    counted = query.get("_summary") == "count" or query["_count"] == 0
    return _bundle(call, type_, () if counted else found, total=len(found))


def _bundle(call: Call, type_: str, found: Sequence[Resource], **more: Any) -> Reply:
    made = bundle.searchset(base_of(call), type_, asked(call)["used"], found, **more)
    return Reply(made, media_type=JSON)


def asked(call: Call) -> dict[str, Any]:
    """The parameters of a search, by GET or by POST."""
    found: dict[str, Any] = call.body if call.body is not None else call.query
    return found


def included(type_: str, query: Mapping[str, Any]) -> list[str]:
    """The includes that are asked for, their target type left out; others are refused."""
    wanted = [":".join(name.split(":")[:2]) for name in query.get("_include", ())]
    for name in wanted:
        if name not in TYPES[type_].includes:
            raise bad("_include", "不支持", "this include is not supported")
    return wanted


def _unique(found: Sequence[Resource]) -> list[Resource]:
    return list({(one["resourceType"], one["id"]): one for one in found}.values())
