"""What the service is asked, over HTTP.

Guarantees: every answer comes within time limits, or `Unreachable` says which one did not.
Does not: believe any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import orjson
import requests

TIMEOUT = (5, 60)
"""Seconds: for the connection, and for the next piece of an answer."""
MOST_BYTES = 16 * 2**20
"""Of one answer, and of one line."""


class Unreachable(Exception):
    """What is needed for the check could not be had."""


class Absent(Unreachable):
    """There is no such thing (404)."""


class Source(Protocol):
    """The service, asked by paths below its base address."""

    def get(self, path: str, **query: Any) -> bytes: ...
    def lines(self, path: str, **query: Any) -> Iterator[bytes]: ...


class Http:
    """The service at `url`; token: of an official or a system."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> bytes:
        with self._asked(path, query) as answer:
            return _bounded(answer, path)

    def lines(self, path: str, **query: Any) -> Iterator[bytes]:
        with self._asked(path, query) as answer:
            try:
                for line in answer.iter_lines(chunk_size=65_536, delimiter=b"\n"):
                    if line:
                        yield line
            except requests.RequestException as error:
                raise Unreachable(f"{path}: {type(error).__name__}") from error

    def sign_in(self, login: str, password: str) -> None:
        """Ask as the official who signs in so."""
        body = {"grant_type": "password", "login": login, "password": password}
        try:
            answer = self._session.post(f"{self._url}/identity/tokens", json=body, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Unreachable(f"/identity/tokens: {type(error).__name__}") from error
        if answer.status_code != requests.codes.ok:
            raise Unreachable(f"/identity/tokens: {answer.status_code}")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _asked(self, path: str, query: dict[str, Any]) -> requests.Response:
        try:
            answer = self._session.get(self._url + path, params=query, timeout=TIMEOUT, stream=True)
        except requests.RequestException as error:
            raise Unreachable(f"{path}: {type(error).__name__}") from error
        if answer.status_code != requests.codes.ok:
            absent = answer.status_code == requests.codes.not_found
            told = f"{path}: {answer.status_code} {_title(answer)}"
            raise Absent(told) if absent else Unreachable(told)
        return answer


def _title(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("type", ""))
    except (requests.RequestException, AttributeError):
        return ""


def _bounded(answer: requests.Response, path: str) -> bytes:
    found = bytearray()
    try:
        for piece in answer.iter_content(65_536):
            found += piece
            if len(found) > MOST_BYTES:
                raise Unreachable(f"{path}: more than {MOST_BYTES} bytes")
    except requests.RequestException as error:
        raise Unreachable(f"{path}: {type(error).__name__}") from error
    return bytes(found)


def read_json(source: Source, path: str, **query: Any) -> dict[str, Any]:
    """An answer that is a JSON object."""
    try:
        found = orjson.loads(source.get(path, **query))
    except orjson.JSONDecodeError:
        raise Unreachable(f"{path}: not JSON") from None
    if not isinstance(found, dict):
        raise Unreachable(f"{path}: not a JSON object")
    return found
