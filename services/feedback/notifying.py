"""Entrypoints of notices: the inbox, the live stream, and the address for e-mail."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

import eventlet

from services.feedback import notice_schemas as schemas
from services.feedback.domain.screening import mask_address
from services.feedback.usecases import channels, inbox, mail, marks, streams
from services.feedback.usecases.mail import Post
from services.feedback.usecases.people import without_races
from services.feedback.usecases.streams import Hub
from shared.access import PERSON, SIGNED_IN
from shared.documents import Document
from shared.entrypoints import Call, Reply, http
from shared.schema import Nothing

EVENT_STREAM = "text/event-stream"
CODES = 10**6


class Notifying:
    """Needs `store`, `vault` and `config` (of the service)."""

    store: Any
    vault: Any
    config: Mapping[str, Any]
    hub: ClassVar[Hub] = Hub()

    @property
    def post(self) -> Post:
        """What mailing works with."""
        sender = str(self.config["SMTP_FROM"]) if self.config["SMTP_HOST"] else ""
        return Post(self.store, self.vault, sender, str(self.config["PUBLIC_URL"]))

    @http(
        "GET",
        "/me/notices",
        who=SIGNED_IN,
        query=schemas.NoticesQuery,
        reply=schemas.Notice,
        many=True,
        summary="My notices and those of my desk, the newest first",
    )
    def notices(self, call: Call) -> Reply:
        caller = call.signed_in
        cursor = call.query.get("cursor")
        items, following = inbox.page(self.store, caller, call.query["limit"], cursor)
        read = marks.read_by(self.store, caller, items)
        rows = [{**streams.told(one), "read": one["_id"] in read} for one in items]
        return Reply.page(rows, following)

    @http(
        "GET",
        "/me/notices/unread",
        who=SIGNED_IN,
        reply=schemas.Unread,
        summary="How many notices I have not read, and where a stream begins now",
    )
    def unread(self, call: Call) -> dict[str, Any]:
        count, more, here = marks.unread(self.store, call.signed_in)
        return {"unread": count, "more": more, "last_event_id": str(here)}

    @http(
        "POST",
        "/me/notices/read",
        who=SIGNED_IN,
        body=schemas.ReadBody,
        reply=schemas.Unread,
        summary="Mark notices as read: single ones, or all up to an event",
    )
    def mark_read(self, call: Call) -> dict[str, Any]:
        up_to, ids = call.body.get("up_to"), call.body["ids"]
        without_races(lambda: marks.mark_read(self.store, call.signed_in, up_to, ids))
        return self.unread(call)

    @http(
        "GET",
        "/me/events",
        who=SIGNED_IN,
        query=schemas.StreamQuery,
        produces=EVENT_STREAM,
        summary="My notices as they come, resumed by Last-Event-ID; without "
        "`Accept: text/event-stream` what was missed, and an end",
    )
    def events(self, call: Call) -> Reply:
        caller = call.signed_in
        given = call.headers.get("Last-Event-ID", "") or call.query.get("last_event_id")
        seen = channels.position(given) if given else inbox.here(self.store, caller)
        if EVENT_STREAM not in call.headers.get("Accept", ""):
            return Reply(
                b"".join(streams.missed(self.store, caller, seen)), media_type=EVENT_STREAM
            )
        self.hub.admit(caller)
        chunks = streams.stream(self.store, self.hub, caller, seen, eventlet.sleep)
        return Reply(stream=chunks, media_type=EVENT_STREAM)

    @http(
        "PUT",
        "/me/email",
        who=PERSON,
        body=schemas.AddressBody,
        reply=schemas.Address,
        summary="Give an address for notices; a code is mailed to it",
    )
    def name_address(self, call: Call) -> dict[str, Any]:
        code = f"{secrets.randbelow(CODES):06}"
        return self._address(mail.name_address(self.post, call, code))

    @http(
        "POST",
        "/me/email/confirmation",
        who=PERSON,
        body=schemas.CodeBody,
        reply=schemas.Address,
        summary="Confirm the address by the code that was mailed",
    )
    def confirm_address(self, call: Call) -> dict[str, Any]:
        return self._address(mail.confirm(self.post, call))

    @http(
        "GET",
        "/me/email",
        who=PERSON,
        reply=schemas.Address,
        summary="My address, masked, and whether it is confirmed",
    )
    def address(self, call: Call) -> dict[str, Any]:
        return self._address(mail.contact_of(self.post, call))

    @http(
        "DELETE",
        "/me/email",
        who=PERSON,
        reply=Nothing,
        summary="Remove my address; nothing is mailed any more",
    )
    def forget_address(self, call: Call) -> dict[str, Any]:
        mail.forget(self.post, call)
        return {}

    def _address(self, contact: Document) -> dict[str, Any]:
        address = mask_address(mail.address_of(self.post, contact))
        return {"address": address, "confirmed": bool(contact["confirmed_at"])}
