"""E-mail: addresses given and confirmed by people, and messages sent to them.

Guarantees: an address is sealed at rest and used only after its code came back; a message that the
server could not take is tried again by its event; one that it refuses for good is noted, not tried
for ever. Does not: mail anything while no server is configured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from hmac import compare_digest
from typing import Any

from services.feedback import events
from services.feedback.domain import mail
from services.feedback.usecases.people import without_races
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.events import Event
from shared.personal import Vault
from shared.text import Text

Send = Callable[[EmailMessage], None]
"""Hands a message to the server; `Unavailable`: try again, `Undeliverable`: never."""


class Undeliverable(Exception):
    """The server refuses this message for good; the argument says why, without the address."""


@dataclass(frozen=True, slots=True)
class Post:
    """What mailing works with. sender: the From address, empty while no server is configured."""

    store: Storage
    vault: Vault
    sender: str
    base_url: str


def name_address(post: Post, call: Call, code: str) -> Document:
    """Keep the caller's address and mail them a code; until it comes back nothing else is sent."""
    if not post.sender:
        raise Conflict(
            Text("未配置邮件服务", "No mail server is configured"), type="no-mail-server"
        )
    account = call.signed_in.subject
    before = post.store["contacts"].get(account)
    after = mail.named(account, before, call.now)
    private = {"address": call.body["address"], "code": code}
    after["sealed"] = post.vault.seal_json(private, account.encode())
    told = [events.mail_requested("code", account, after["asked"], account, call.now)]
    if before is None:
        return post.store["contacts"].add(after, told)
    return post.store["contacts"].save(before, after, told)


def confirm(post: Post, call: Call) -> Document:
    """The caller gives the code that was mailed."""
    before = contact_of(post, call)
    right = compare_digest(_private(post, before)["code"], call.body["code"])
    after = post.store["contacts"].save(before, mail.confirmed(before, right=right, now=call.now))
    if not right:
        detail = Text("验证码不正确", "Not the code that was mailed")
        raise Invalid(errors=[FieldError("/code", detail, "code")])
    return after


def forget(post: Post, call: Call) -> None:
    """Remove the caller's address."""
    post.store["contacts"].remove(call.signed_in.subject)


def contact_of(post: Post, call: Call) -> Document:
    """The caller's contact, else `NotFound`."""
    contact = post.store["contacts"].get(call.signed_in.subject)
    if contact is None:
        raise NotFound(Text("未登记邮箱", "No address is registered"))
    return contact


def address_of(post: Post, contact: Document) -> str:
    """The address, unsealed."""
    return str(_private(post, contact)["address"])


def deliver(post: Post, event: Event, send: Send, now: datetime) -> None:
    """Send what `event` asks for, unless it has been sent or the address is gone.

    What became of it is noted where nobody else writes at the time: in the notice, or, of a code,
    in the contact. A message that was sent is not sent again because the note came late.
    """
    contact = post.store["contacts"].get(event.data["account"])
    if contact is None or not post.sender:
        return
    about = contact if event.data["kind"] == "code" else post.store["notices"].get(event.subject)
    if about is None or about.has_received(event.id):
        return
    message = _message(post, event, contact, about, now)
    if message is None:
        return
    outcome: dict[str, Any] = {"at": now, "failed": None}
    try:
        send(message)
    except Undeliverable as refusal:
        outcome["failed"] = str(refusal)
    _note(post, event, outcome)


def _note(post: Post, event: Event, outcome: dict[str, Any]) -> None:
    collection = post.store["contacts" if event.data["kind"] == "code" else "notices"]

    def noted() -> None:
        about = collection.get(event.subject)
        if about is not None:
            collection.save(about, {**about, "mailed": outcome}, received=event)

    without_races(noted)


def _message(
    post: Post, event: Event, contact: Document, about: Document, now: datetime
) -> EmailMessage | None:
    private = _private(post, contact)
    to, sender = private["address"], post.sender
    if event.data["kind"] == "code":
        is_newest = event.sequence == contact["asked"] and not contact["confirmed_at"]
        return mail.of_code(private["code"], to, sender, event.id, now) if is_newest else None
    if not contact["confirmed_at"]:
        return None
    return mail.of_notice(about, to, sender, event.id, post.base_url)


def _private(post: Post, contact: Document) -> dict[str, Any]:
    found: dict[str, Any] = post.vault.open_json(bytes(contact["sealed"]), contact["_id"].encode())
    return found
