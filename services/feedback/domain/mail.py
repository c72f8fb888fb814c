"""E-mail as it is sent: notices, and the code that confirms an address (RFC 5322).

Guarantees: Chinese and English; no names and no personal numbers; one message has one Message-ID
however often it is sent, so receivers can tell a repeat. Does not: connect to a server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from shared.errors import Conflict, Invalid, TooManyRequests
from shared.text import Text

CODE_HOLDS = timedelta(minutes=30)
ATTEMPTS = 5
"""Wrong codes after which a new one has to be asked for."""
PAUSE = timedelta(minutes=1)
"""Between two codes."""

FOOTER = (
    "本邮件由湖南省政务服务平台自动发送，请勿回复。\n"
    "Sent by the government service platform of Hunan; please do not reply."
)


def of_notice(
    notice: Mapping[str, Any], address: str, sender: str, message_id: str, base_url: str
) -> EmailMessage:
    """A notice of the inbox as a message."""
    title, body = notice["title"], notice["body"]
    where = f"{base_url}{notice['about']}\n\n" if notice["about"].startswith("/") else ""
    text = f"{body['zh']}\n{body['en']}\n\n{where}-- \n{FOOTER}\n"
    subject = f"{title['zh']} / {title['en']}"
    return _message(subject, text, address, sender, message_id, notice["at"])


def of_code(code: str, address: str, sender: str, message_id: str, now: datetime) -> EmailMessage:
    """The code by which a person shows that the address is theirs."""
    minutes = int(CODE_HOLDS.total_seconds()) // 60
    text = (
        f"您的邮箱验证码：{code}（{minutes} 分钟内有效）。如非本人操作，请忽略。\n"
        f"Your code is {code}; it holds for {minutes} minutes. If you did not ask, ignore it."
        f"\n\n-- \n{FOOTER}\n"
    )
    return _message("邮箱验证码 / Confirm your address", text, address, sender, message_id, now)


def _message(
    subject: str, text: str, address: str, sender: str, message_id: str, at: datetime
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = address
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@platform.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def named(account: str, before: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """The contact of `account` with a new address to confirm; `TooManyRequests` within a minute.

    Shape: _id (account), asked_at, asked (how often), attempts, confirmed_at; sealed (address and
    code) is added by the use case. Until the new address is confirmed nothing is mailed.
    """
    if before and now - before["asked_at"] < PAUSE:
        wait = int((PAUSE - (now - before["asked_at"])).total_seconds()) + 1
        raise TooManyRequests(retry_after=wait)
    asked = (before or {"asked": 0})["asked"] + 1
    fresh = {"asked_at": now, "asked": asked, "attempts": 0, "confirmed_at": None}
    return {"_id": account, **fresh}


def confirmed(contact: Mapping[str, Any], *, right: bool, now: datetime) -> dict[str, Any]:
    """The contact after a code was given; a wrong one counts."""
    if contact["confirmed_at"]:
        raise Conflict(Text("邮箱已验证", "The address is confirmed already"))
    if contact["attempts"] >= ATTEMPTS or now - contact["asked_at"] > CODE_HOLDS:
        raise Invalid(
            Text("验证码已失效，请重新获取", "The code no longer holds: ask for a new one")
        )
    if right:
        return {**contact, "confirmed_at": now}
    return {**contact, "attempts": contact["attempts"] + 1}
