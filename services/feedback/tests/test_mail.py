"""E-mail, over a real SMTP server: addresses are confirmed, notices arrive, refusals are noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from services.feedback import smtp
from services.feedback.domain.notices import Notice
from services.feedback.tests.affairs import VAULT, ZHANG, a_store, sent
from services.feedback.usecases import inbox, mail
from services.feedback.usecases.mail import Post
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests, Unavailable
from shared.events import Event, derived_id
from shared.testing import NOON, FakeStore, a_call
from shared.tests.conftest import free_port
from shared.text import Text

ADDRESS, CODE = "zhang.wei@example.com", "123456"


class Box:
    """What the server has taken; `answers` are given instead, one a message."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore
        return "250 OK"


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    """A mail server on a free port."""
    running = Controller(Box(), hostname="127.0.0.1", port=free_port(), ready_timeout=60)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def box(controller: Controller) -> Box:
    """The server's box, empty."""
    controller.handler.messages, controller.handler.answers = [], []
    found: Box = controller.handler
    return found


def config(controller: Controller, **more: Any) -> dict[str, Any]:
    server = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": controller.port, "SMTP_TIMEOUT": 30}
    return {**server, "SMTP_USER": "", "SMTP_PASSWORD": "", **more}


@pytest.fixture
def send(controller: Controller) -> mail.Send:
    """How the service sends."""
    return smtp.sender(config(controller))


def a_post(store: FakeStore, sender: str = "no-reply@platform.invalid") -> Post:
    return Post(store, VAULT, sender, "http://localhost:8000")


def named(post: Post, now: Any = NOON, code: str = CODE) -> Event:
    """The request to mail a code to an address that was given."""
    mail.name_address(post, a_call(ZHANG, body={"address": ADDRESS}, now=now), code)
    return sent(post.store.sent[-1])  # type: ignore[attr-defined]


def confirmed(post: Post) -> None:
    named(post)
    mail.confirm(post, a_call(ZHANG, body={"code": CODE}))


def a_notice(post: Post, number: int = 1) -> list[Event]:
    """A notice, and the requests to mail it."""
    store: Any = post.store
    before = len(store.sent)
    event = Event(derived_id(number), "health.notice.issued.v1", "/health", "1", NOON, 1, {})
    text = Text("预约成功", "Appointment booked")
    notice = Notice("person:zhang", "health.notice.issued", text, text, "/health/x")
    inbox.deliver(store, event, [notice], {}, mailing=True)
    return [sent(one) for one in store.sent[before:]]


def test_confirming(box: Box, send: mail.Send) -> None:
    """An address is used once the code that was mailed to it comes back; it lies sealed."""
    post = a_post(a_store())
    event = named(post)
    assert a_notice(post) == []
    mail.deliver(post, event, send, NOON)
    [message] = box.messages
    assert message["To"] == ADDRESS and CODE in message.get_content()
    stored = str(post.store["contacts"].require("zhang"))
    assert ADDRESS not in stored and CODE not in stored and ADDRESS not in str(event)
    with pytest.raises(Invalid):
        mail.confirm(post, a_call(ZHANG, body={"code": "000000"}))
    assert mail.confirm(post, a_call(ZHANG, body={"code": CODE}))["confirmed_at"] == NOON
    mail.forget(post, a_call(ZHANG))
    with pytest.raises(NotFound):
        mail.contact_of(post, a_call(ZHANG))
    assert a_notice(post, 2) == []


def test_guessing() -> None:
    """Five wrong codes, or half an hour, and the code no longer holds; a new one takes a minute."""
    post = a_post(a_store())
    named(post)
    with pytest.raises(TooManyRequests):
        named(post)
    late = NOON + timedelta(minutes=31)
    with pytest.raises(Invalid):
        mail.confirm(post, a_call(ZHANG, body={"code": CODE}, now=late))
    named(post, late)
    for _ in range(6):
        with pytest.raises(Invalid):
            mail.confirm(post, a_call(ZHANG, body={"code": "000000"}, now=late))
    with pytest.raises(Invalid):
        mail.confirm(post, a_call(ZHANG, body={"code": CODE}, now=late))


def test_notice(box: Box, send: mail.Send) -> None:
    """A notice is mailed once, in both languages, with a link and an id that repeats share."""
    post = a_post(a_store())
    confirmed(post)
    [event] = a_notice(post)
    assert a_notice(post) == []
    for _ in range(2):
        mail.deliver(post, event, send, NOON)
    [message] = box.messages
    assert "预约成功" in message["Subject"] and "Appointment booked" in message.get_content()
    assert "http://localhost:8000/health/x" in message.get_content()
    assert event.id in message["Message-ID"] and message["Auto-Submitted"] == "auto-generated"
    assert not re.search(r"\d{17}[\dX]", message.get_content())


def test_refused(box: Box, send: mail.Send) -> None:
    """What the server cannot take now is tried again; what it never will is noted, and over."""
    post = a_post(a_store())
    confirmed(post)
    [event] = a_notice(post)
    box.answers = ["451 busy", "550 no such user"]
    with pytest.raises(Unavailable):
        mail.deliver(post, event, send, NOON)
    mail.deliver(post, event, send, NOON)
    mail.deliver(post, event, send, NOON)
    assert box.messages == []
    notice = post.store["notices"].require(event.subject)
    assert notice["mailed"]["failed"] == "the mail server answered 550"


def test_many_at_once(box: Box, send: mail.Send) -> None:
    """Messages to one person that are sent at the same time do not make each other go out again."""
    post = a_post(a_store())
    confirmed(post)
    first, second = a_notice(post, 1)[0], a_notice(post, 2)[0]

    def slow(message: EmailMessage) -> None:
        send(message)
        mail.deliver(post, second, send, NOON)

    mail.deliver(post, first, slow, NOON)
    mail.deliver(post, first, send, NOON)
    assert len(box.messages) == 2


def test_no_server(controller: Controller) -> None:
    """A server that is away is tried again; without one configured nobody's address is taken."""
    post = a_post(a_store())
    event = named(post)
    with pytest.raises(Unavailable):
        mail.deliver(post, event, smtp.sender(config(controller, SMTP_PORT=1)), NOON)
    with pytest.raises(Conflict):
        named(a_post(a_store(), sender=""))


def test_no_password_in_clear(controller: Controller, box: Box) -> None:
    """With a user, a server without STARTTLS gets neither password nor message."""
    post = a_post(a_store())
    event = named(post)
    secret = config(controller, SMTP_USER="u", SMTP_PASSWORD="p")
    with pytest.raises(Unavailable):
        mail.deliver(post, event, smtp.sender(secret), NOON)
    assert box.messages == []
