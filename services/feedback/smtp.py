"""The mail server (SMTP, RFC 5321), green under eventlet as all sockets of a service are.

Guarantees: everything that waits has a time limit; an answer of the 4xx kind, or none, is
`Unavailable`; one of the 5xx kind is `Undeliverable`. Does not: keep connections.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from services.feedback.usecases.mail import Send, Undeliverable
from shared.errors import Unavailable

FIRST_PERMANENT = 500


def sender(config: Mapping[str, Any]) -> Send:
    """How messages are handed over, as configured; with a user, over STARTTLS only."""

    def send(message: EmailMessage) -> None:
        try:
            _send(config, message)
        except smtplib.SMTPRecipientsRefused as refusal:
            codes = [code for code, _ in refusal.recipients.values()]
            _judge(min(codes, default=0), refusal)
        except smtplib.SMTPResponseException as refusal:
            _judge(refusal.smtp_code, refusal)
        except (OSError, smtplib.SMTPException) as failure:
            raise Unavailable() from failure

    return send


def _judge(code: int, refusal: Exception) -> None:
    if code >= FIRST_PERMANENT:
        raise Undeliverable(f"the mail server answered {code}") from refusal
    raise Unavailable() from refusal


def _send(config: Mapping[str, Any], message: EmailMessage) -> None:
    host, port = str(config["SMTP_HOST"]), int(config["SMTP_PORT"])
    with smtplib.SMTP(host, port, timeout=float(config["SMTP_TIMEOUT"])) as server:
        if config["SMTP_USER"]:
            server.starttls(context=ssl.create_default_context())
            server.login(str(config["SMTP_USER"]), str(config["SMTP_PASSWORD"]))
        server.send_message(message)
