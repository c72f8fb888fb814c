"""Entrypoints of requests of the public: for the people who make them, desks, and key holders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.feedback import request_schemas as schemas
from services.feedback import views
from services.feedback.schemas import NoteBody
from services.feedback.usecases import attachments, desk, georeport, keys
from services.feedback.usecases.georeport import Office
from shared.access import OFFICIAL, PERSON, PUBLIC, SIGNED_IN, Who, official
from shared.clock import local_day
from shared.documents import Document, Page
from shared.entrypoints import Call, Reply, http
from shared.entrypoints.declaring import Method
from shared.schema import Nothing, Paged, Schema

ANY = official("accept", "review", "approve")
APPROVE = official("approve")
ADMINISTRATOR = official("administer")
BINARY = "application/octet-stream"


def _moves(action: str, who: Who, body: type[Schema], summary: str) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"/requests/<id_>/{action}",
        who=who,
        body=body,
        reply=schemas.WholeRequest,
        moves=True,
        summary=summary,
    )


class Answering:
    """Needs `store`, `vault` and `config` (of the service)."""

    store: Any
    vault: Any
    config: Mapping[str, Any]

    @property
    def office(self) -> Office:
        """What the use cases of Open311 work with."""
        limit = int(self.config["SUBMISSIONS_PER_HOUR"])
        jurisdiction = str(self.config["OPEN311_JURISDICTION"])
        return Office(self.store, self.vault, jurisdiction, limit)

    @http(
        "GET",
        "/me/requests",
        who=PERSON,
        query=Paged,
        reply=schemas.Request,
        summary="My complaints, consultations, reports and suggestions",
    )
    def my_requests(self, call: Call) -> Reply:
        return _page(call, desk.mine(self.store, call))

    @http(
        "GET",
        "/requests",
        who=OFFICIAL,
        query=schemas.RequestsQuery,
        reply=schemas.Request,
        summary="Requests at one's desk: open ones by the day they are due, or all of a month",
    )
    def desk_requests(self, call: Call) -> Reply:
        return _page(call, desk.work_list(self.store, call))

    @http(
        "GET",
        "/requests/<id_>",
        who=SIGNED_IN,
        reply=schemas.WholeRequest,
        summary="A request in full, for whoever made it and for its desk",
    )
    def read_request(self, call: Call, id_: str) -> Reply:
        return self._whole(call, desk.read(self.store, call, id_))

    @_moves("note", ANY, NoteBody, "Note how it stands; the person sees it")
    def note(self, call: Call, id_: str) -> Reply:
        return self._moved(call, id_, "note")

    @_moves("transfer", ANY, schemas.TransferBody, "Pass it on to another desk; its deadline stays")
    def transfer(self, call: Call, id_: str) -> Reply:
        return self._moved(call, id_, "transfer")

    @_moves("answer", ANY, NoteBody, "Answer and close it; public where the person agreed")
    def answer(self, call: Call, id_: str) -> Reply:
        return self._moved(call, id_, "answer")

    @_moves(
        "uphold",
        APPROVE,
        schemas.ReasonsBody,
        "Uphold a complaint about a case: its department reopens it",
    )
    def uphold(self, call: Call, id_: str) -> Reply:
        return self._moved(call, id_, "uphold")

    @_moves(
        "dismiss", APPROVE, schemas.ReasonsBody, "Dismiss a complaint about a case, with reasons"
    )
    def dismiss(self, call: Call, id_: str) -> Reply:
        return self._moved(call, id_, "dismiss")

    @http(
        "POST",
        "/attachments",
        who=PERSON,
        raw=True,
        creates=True,
        limit=attachments.LARGEST,
        consumes=BINARY,
        reply=schemas.Attachment,
        summary="Upload a PDF, JPEG or PNG, to be named by the media_url of a request",
    )
    def attach(self, call: Call) -> Reply:
        kept = attachments.upload(self.store, call)
        path = f"{attachments.PATH}/{kept['_id']}"
        told = {"id": kept["_id"], "media_type": kept["media_type"], "size": kept["size"]}
        return Reply({**told, "media_url": call.base_url + path}, location=path)

    @http(
        "GET",
        "/attachments/<id_>",
        who=PUBLIC,
        produces="*/*",
        summary="An attachment, for its owner, its desk, and for all where the request is public",
    )
    def attachment(self, call: Call, id_: str) -> Reply:
        media_type, content = attachments.read(self.store, call, id_)
        return Reply(content, media_type=media_type)

    @http(
        "POST",
        "/api-keys",
        who=ADMINISTRATOR,
        body=schemas.KeyBody,
        reply=schemas.IssuedKey,
        creates=True,
        summary="Give a client of Open311 its API key",
    )
    def issue_key(self, call: Call) -> Reply:
        kept, secret = keys.issue(self.store, self.vault, call)
        return Reply({**_key(kept), "api_key": secret})

    @http(
        "GET",
        "/api-keys",
        who=ADMINISTRATOR,
        query=Paged,
        reply=schemas.Key,
        summary="The API keys that were given",
    )
    def list_keys(self, call: Call) -> Reply:
        page = keys.listed(self.store, call.query)
        return Reply.page([_key(one) for one in page.items], page.next_cursor)

    @http(
        "POST",
        "/api-keys/<id_>/revocation",
        who=ADMINISTRATOR,
        body=Nothing,
        reply=schemas.Key,
        summary="Make an API key useless at once",
    )
    def revoke_key(self, call: Call, id_: str) -> dict[str, Any]:
        return _key(keys.revoke(self.store, call, id_))

    def _moved(self, call: Call, id_: str, action: str) -> Reply:
        return self._whole(call, desk.move(self.store, call, id_, action))

    def _whole(self, call: Call, one: Document) -> Reply:
        private = georeport.opened(self.office, one)
        body = views.whole_request(one, private, local_day(call.now))
        return Reply(body, version=one["version"])


def _page(call: Call, page: Page) -> Reply:
    today = local_day(call.now)
    return Reply.page([views.request(one, today) for one in page.items], page.next_cursor)


def _key(one: Document) -> dict[str, Any]:
    same = ("name", "contact", "issued_at")
    return {"id": one["_id"], **{n: one[n] for n in same}, "revoked": bool(one["revoked"])}
