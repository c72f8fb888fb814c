"""What the entrypoints of notices, of the stream and of e-mail read and answer."""

from __future__ import annotations

import re
from typing import Any

from services.feedback.schemas import at, like
from shared.schema import BilingualText, Integer, QueryInteger, Schema, String, fields, validate

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$(?!\n)")
CODE = re.compile(r"\d{6}$(?!\n)", re.ASCII)
PLACE = re.compile(r"\d{1,10}\.\d{1,10}$(?!\n)", re.ASCII)


def place(**kwargs: Any) -> fields.String:
    return like(PLACE, "不是本平台的事件标识", "Not the id of one of our events", **kwargs)


class NoticesQuery(Schema):
    limit = QueryInteger(minimum=1, maximum=100, load_default=20)
    cursor = place()


class Notice(Schema):
    """about: a path, or the id, of what it is about; needs: powers of which one is enough."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = BilingualText(required=True)
    body = BilingualText(required=True)
    about = fields.String(required=True)
    needs = fields.List(fields.String(), required=True)
    at = at()
    read = fields.Boolean(required=True)


class Unread(Schema):
    """more: there are more than that. last_event_id: where a stream that misses nothing begins."""

    unread = Integer(required=True)
    more = fields.Boolean(required=True)
    last_event_id = fields.String(required=True)


class ReadBody(Schema):
    """up_to: everything up to this event id; ids: single notices."""

    up_to = place()
    ids = fields.List(String(longest=200), validate=validate.Length(max=100), load_default=list)


class StreamQuery(Schema):
    last_event_id = place()


class AddressBody(Schema):
    address = like(EMAIL, "邮箱地址不正确", "Not an e-mail address", required=True)


class CodeBody(Schema):
    code = like(CODE, "应为六位数字", "Must be six digits", required=True)


class Address(Schema):
    """The address, masked."""

    address = fields.String(required=True)
    confirmed = fields.Boolean(required=True)
