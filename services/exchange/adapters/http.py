"""Asks an existing system of a department over HTTP: one POST of a signed order, one signed answer.

    POST <base address>/<resource>                 answer
    Content-Type: application/json                 Content-Type: application/json
    Content-Digest: sha-256=:...:                  Content-Digest: sha-256=:...:   (may be missing)
    Exchange-Signature: <base64url>                Exchange-Signature: <base64url>
    Exchange-Key: <kid of the exchange's key>      Exchange-Key: <kid of the node's key>
    X-Road-Client, -Service, -Id, -UserId, -Issue, -Represented-Party as the consumer sent them

Guarantees: ends within the timeout, whatever the system does; reads a bounded answer; calls only
the node's registered address (`connections`), and no system that has been failing (`gates`). Every
order asks and changes nothing, so one that failed is sent again while there is time, after a random
pause. Does not: believe the answer (the signature is checked where the order was made).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import random
from typing import Any, NamedTuple
from urllib.parse import quote

import eventlet
import orjson
import requests
from urllib3.exceptions import HTTPError

from services.exchange import metering
from services.exchange.adapters import invalid, unavailable
from services.exchange.adapters.connections import NotPermitted, session
from services.exchange.adapters.gates import Gate
from services.exchange.adapters.refusals import unacceptable
from services.exchange.domain.addresses import Reach, fault
from services.exchange.domain.content import content_digest, fits
from shared.errors import ServiceError, Unavailable
from shared.exchange.messages import canonical
from shared.text import Text

Json = dict[str, Any]

TRIES = 3
LONGEST_PAUSE = 0.4
"""Seconds before a repeat; the first pause is a quarter of it, each a random part."""
CONNECT_TIMEOUT = 1.0
PROBE_TIMEOUT = 2.0
AGENT = "exchange"
UNACCEPTABLE, SERVER_ERROR = 422, 500
ANSWER_LIMIT = 4 * 2**20
"""Bytes of one answer."""
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
LATER = (429, 502, 503, 504)
"""What a system says that may answer the same request later; 500 is a failure as well."""


class Message(NamedTuple):
    """What is sent, and where."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    tls: Mapping[str, Any]


class HttpProvider:
    """All systems that answer over HTTP, as one process asks them.

    allowed: where they may be. certificates: folder of ``<name>.pem`` (certificate and key that we
    show) and ``<name>.ca.pem`` (authorities that we believe), by the names in the node's `tls`:
    {certificate, authority}, each a slug or None. kid: of the key that signs our orders.
    now, random, pause: time and chance.
    """

    def __init__(
        self,
        allowed: Reach,
        certificates: Path,
        kid: str,
        *,
        now: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random,
        pause: Callable[[float], Any] = eventlet.sleep,
    ) -> None:
        self._allowed, self._certificates, self._kid = allowed, certificates, kid
        self._now, self._random, self._pause = now, random, pause
        self._session = session(allowed)
        self._gates: dict[str, Gate] = {}
        metering.BREAKERS.set_function(lambda: sum(g.is_open for g in self._gates.values()))

    def ask(
        self,
        node: Mapping[str, Any],
        order: Mapping[str, Any],
        signature: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """The system's answer; see `services.exchange.adapters`."""
        until = self._now() + timeout
        message = self._message(node, order, signature, headers or {})
        gate = self._gates.setdefault(node["_id"], Gate(self._now))
        with gate.place(timeout):
            for number in range(TRIES):
                try:
                    with gate.passed():
                        return self._sent(message, until - self._now())
                except Unavailable:
                    pause = self._random() * LONGEST_PAUSE / 2 ** max(0, 2 - number)
                    last = number + 1 == TRIES or gate.is_open
                    if last or self._now() + pause >= until:
                        raise
                    self._pause(pause)
        raise unavailable()

    def is_alive(self, node: Mapping[str, Any]) -> bool:
        """Whether anything but a failure answers ``GET <base address>``; it is asked once."""
        if fault(node["url"], self._allowed):
            return False
        message = Message(node["url"], {"User-Agent": AGENT}, b"", self._tls(node.get("tls") or {}))
        gate = self._gates.setdefault(node["_id"], Gate(self._now))
        try:
            with gate.place(PROBE_TIMEOUT), gate.passed():
                return self._got(message, PROBE_TIMEOUT)[0] < SERVER_ERROR
        except ServiceError:
            return False

    def _message(
        self,
        node: Mapping[str, Any],
        order: Mapping[str, Any],
        signature: str,
        headers: Mapping[str, str],
    ) -> Message:
        if told := fault(node["url"], self._allowed):
            raise invalid(told)
        body = canonical(order)
        own = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Digest": content_digest(body),
            "Exchange-Signature": signature,
            "Exchange-Key": self._kid,
            "User-Agent": AGENT,
            "X-Road-Id": order["request"],
        }
        url = f"{node['url'].rstrip('/')}/{quote(order['resource'], safe='')}"
        return Message(url, {**headers, **own}, body, self._tls(node.get("tls") or {}))

    def _tls(self, names: Mapping[str, str]) -> Json:
        shown, believed = names.get("certificate"), names.get("authority")
        return {
            "cert": self._file(shown, "pem") if shown else None,
            "verify": self._file(believed, "ca.pem") if believed else True,
        }

    def _file(self, name: str, ending: str) -> str:
        file = self._certificates / f"{name}.{ending}"
        if not SLUG.fullmatch(name) or not file.is_file():
            raise invalid(Text(f"缺少证书 {name}", f"there is no certificate {name}"))
        return str(file)

    def _sent(self, message: Message, seconds: float) -> Json:
        return _answer(*self._got(message, seconds))

    def _got(self, message: Message, seconds: float) -> tuple[int, Mapping[str, str], bytes]:
        limit = eventlet.Timeout(max(seconds, 0.001))
        try:
            return self._exchanged(message, seconds)
        except NotPermitted:
            raise invalid(Text("地址不在允许范围内", "its address must not be reached")) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise unavailable() from error
        except eventlet.Timeout as error:
            if error is not limit:
                raise
            raise unavailable() from error
        finally:
            limit.cancel()

    def _exchanged(self, message: Message, seconds: float) -> tuple[int, Mapping[str, str], bytes]:
        with self._session.request(
            "POST" if message.body else "GET",
            message.url,
            data=message.body,
            headers=message.headers,
            timeout=(min(CONNECT_TIMEOUT, seconds), seconds),
            allow_redirects=False,
            stream=True,
            **message.tls,
        ) as answer:
            content = answer.raw.read(ANSWER_LIMIT + 1, decode_content=False)
            return answer.status_code, answer.headers, content


def _answer(status: int, headers: Mapping[str, str], content: bytes) -> Json:
    if status == SERVER_ERROR or status in LATER:
        raise unavailable(_retry_after(headers))
    if status == UNACCEPTABLE:
        raise unacceptable(content)
    if status != requests.codes.ok:
        raise invalid(Text(f"状态码 {status}", f"status {status}"))
    if len(content) > ANSWER_LIMIT:
        raise invalid(Text("应答过大", "it is too large"))
    if headers.get("Content-Encoding", "identity") != "identity":
        raise invalid(Text("应答不得压缩", "it is compressed"))
    if not fits(content, headers.get("Content-Digest", "")):
        raise invalid(Text("与 Content-Digest 不符", "it is not what its Content-Digest says"))
    return {**_parsed(content), "signature": headers.get("Exchange-Signature", "")}


def _parsed(content: bytes) -> Json:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise invalid(Text("不是 JSON", "it is no JSON")) from None
    if not isinstance(parsed, dict):
        raise invalid(Text("不是 JSON 对象", "it is no JSON object"))
    return parsed


def _retry_after(headers: Mapping[str, str]) -> int:
    stated = headers.get("Retry-After", "")
    return min(max(int(stated), 1), 60) if stated.isdecimal() and len(stated) < 6 else 2
