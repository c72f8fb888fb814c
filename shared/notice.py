"""What any service tells a person beyond the moves of a case: notices (pure).

Guarantees: one kind of event, ``<service>.notice.issued.v1``, that the inbox hears of every
service, so nothing has to be changed there. Its id follows from `id_`: told twice, it is one.
Does not: deliver (services/feedback does), or carry names and personal numbers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.events import event
from shared.published import Published
from shared.schema import BilingualText, Schema, String
from shared.text import Text


class NoticeFields(Schema):
    """The data of a notice. account: who is told; about: the id of what it is about."""

    account = String(required=True, longest=100)
    about = String(required=True, longest=200)
    title = BilingualText(required=True)
    body = BilingualText(required=True)


def notice(
    service: str, id_: str, account: str, title: Text, body: Text, about: str, now: datetime
) -> dict[str, Any]:
    """The event that tells `account` something; subject: `id_`, unique within the service."""
    data = {"account": account, "about": about, "title": title.both(), "body": body.both()}
    return event(f"{service}.notice.issued.v1", id_, 1, data, now)


def notices(service: str) -> dict[str, Published]:
    """What a service that tells people publishes; add it to its PUBLISHES."""
    return {f"{service}.notice.issued.v1": Published(NoticeFields, public=True)}
