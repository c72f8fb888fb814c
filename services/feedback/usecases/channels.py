"""Channels of notices: whose they are, how they number notices, and how far one has seen."""

from __future__ import annotations

from typing import NamedTuple

from services.feedback.domain import notices
from shared.access import Caller
from shared.documents import Document
from shared.errors import FieldError, Invalid
from shared.text import Text

DIGITS = 10


class Position(NamedTuple):
    """What has been seen of each of a caller's channels: the id of a streamed event."""

    own: int
    desk: int

    def __str__(self) -> str:
        return f"{self.own}.{self.desk}"


def position(text: str) -> Position:
    """The position in an event's id; `Invalid` where it is none of ours."""
    own, _, desk = text.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) <= DIGITS for part in (own, desk)):
        detail = Text("不是本平台的事件标识", "Not the id of one of our events")
        raise Invalid(errors=[FieldError("/last_event_id", detail, "position")])
    return Position(int(own), int(desk))


def of(caller: Caller) -> tuple[str, str | None]:
    """The caller's own channel, and that of an official's desk."""
    own = notices.person(caller.subject)
    if caller.kind != "official" or not (caller.department and caller.division):
        return own, None
    return own, notices.desk(caller.department, caller.division)


def key(channel: str, number: int) -> str:
    """The id of a notice."""
    return f"{channel}/{number:0{DIGITS}}"


def is_for(caller: Caller, notice: Document) -> bool:
    """Whether the notice of a desk asks for a power that the official holds."""
    return not notice["needs"] or bool(caller.powers.intersection(notice["needs"]))
