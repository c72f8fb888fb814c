"""How records of simulated systems change, and how their systems tell the exchange of it.

    PUT /<class>/<code>/<resource>   {"key": {...}, "fields": {name: value}}, with the access token
                                     of a system of that member (scope exchange.provide)

Guarantees: from then on the record says so; the exchange is told after that, as any system tells
it (docs/exchange.md), by the token that came along; told again with the same Idempotency-Key, it is
told once. Does not: outlive the process, or make a record that there is not.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import requests

from shared.errors import FieldError, Invalid
from shared.exchange.messages import canonical
from shared.exchange.resource import Key, Resource, Row
from shared.text import Text

PATIENCE = 10
"""Seconds for the exchange to answer."""
PASSED_ON = ("Authorization", "Idempotency-Key")


class Told(NamedTuple):
    """The exchange's answer to what it was told, or that nobody told it."""

    status: int
    body: bytes


class Changes:
    """What has changed in the records of all nodes of one process; `url`: of the platform."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._changed: dict[bytes, dict[str, Any]] = {}
        self._one = threading.Lock()

    def applied(self, held: Resource, keys: Sequence[Key], rows: Sequence[Row | None]) -> list[Any]:
        """`rows` of `keys` as they are now."""
        found = zip(keys, rows, strict=True)
        return [row and {**row, **self._changed.get(_name(held, key), {})} for key, row in found]

    def change(self, held: Resource, given: Any, headers: Mapping[str, str]) -> Told:
        """The record changes as `given` {key, fields} says, and the exchange is told."""
        key, new = given["key"], given["fields"]
        if not new or set(new) - set(held.fields) or set(key) != set(held.key):
            told = Text("键或数据项不符", "Not a key of the resource, or not its fields")
            raise Invalid(errors=[FieldError("/", told, "unknown")])
        with self._one:
            self._changed.setdefault(_name(held, key), {}).update(new)
        return self._told(held, key, sorted(new), headers)

    def _told(self, held: Resource, key: Key, names: list[str], headers: Mapping[str, str]) -> Told:
        sent = {name: headers[name] for name in PASSED_ON if headers.get(name)}
        if "Authorization" not in sent:
            return Told(HTTPStatus.OK, b'{"told":false}')
        answer = requests.post(
            f"{self._url}/exchange/resources/{held.code}/changes",
            json={"changes": [{"key": dict(key), "fields": names}]},
            headers={"Idempotency-Key": str(uuid.uuid4()), **sent},
            timeout=PATIENCE,
        )
        return Told(answer.status_code, answer.content)


def _name(held: Resource, key: Key) -> bytes:
    return canonical([held.code, dict(key)])
