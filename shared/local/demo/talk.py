"""Requests and answers, made and shown so that a person can follow them.

Guarantees: what is sent is what is shown, but for tokens and passwords, which are shortened, and
long values, which are cut. `Failure` where the platform is away or answers otherwise than expected.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from shared.local.failure import Failure

TIMEOUT = 30.0
PATIENCE, PAUSE = 60.0, 0.1
"""Seconds to wait for what happens in the background, and between two looks."""
LINES, ITEMS, LETTERS, WIDTH = 60, 4, 100, 88
"""What is shown at most: lines of a body, items of a list, letters of a text and of a line."""
SHOWN = ("Location", "ETag", "Link", "Retry-After", "Content-Disposition")
SECRETS = ("password", "token", "access_token", "refresh_token")

Say = Callable[[str], None]


class Visitor:
    """Somebody at the platform; `token` once signed in. `language`: what answers are in."""

    def __init__(self, name: str, language: str = "en") -> None:
        self.name = name
        self.language = language
        self.token = ""


class Talk:
    """A conversation with the platform at `base_url`."""

    def __init__(self, base_url: str, say: Say) -> None:
        self.base_url = base_url
        self._say = say
        self._session = requests.Session()
        self._session.trust_env = False
        self._steps = 0

    def step(self, zh: str, en: str) -> None:
        """A heading."""
        self._steps += 1
        self._say(f"\n\n━━ {self._steps}. {zh} · {en} ━━")

    def note(self, text: str) -> None:
        """What a reader should notice."""
        self._say(f"   ✓ {text}")

    def end(self, outcome: str) -> None:
        """What has come of a play."""
        self._say(f"\nThe affair is complete: {outcome}.")

    def ask(
        self,
        visitor: Visitor,
        method: str,
        path: str,
        *,
        expect: int = 200,
        body: Any = None,
        content: bytes | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        language: str | None = None,
    ) -> requests.Response:
        """The answer to one request, both shown; `Failure` where its status is not `expect`.

        body: JSON. content: bytes instead. language: of the answer, if not the visitor's.
        """
        url = path + (f"?{urlencode(query)}" if query else "")
        told = {"Accept-Language": language or visitor.language, **(headers or {})}
        self._say(f"\n→ {visitor.name}: {method} {_short(_readable(path, query), 160)}")
        if visitor.token:
            self._say(f"     Authorization: Bearer {_secret(visitor.token)}")
        self._show_request(told, body, content)
        answer = self._send(visitor, method, url, told, body, content)
        self._show(answer)
        insist(
            answer.status_code == expect,
            f"{method} {path}: {expect} was expected, the answer is {answer.status_code}",
        )
        return answer

    def look(self, visitor: Visitor, path: str) -> requests.Response:
        """The answer to GET `path`, not shown."""
        answer = self._send(visitor, "GET", path, {"Accept-Language": visitor.language}, None, None)
        insist(answer.ok, f"GET {path}: the answer is {answer.status_code}")
        return answer

    def wait(
        self, visitor: Visitor, path: str, ready: Callable[[Any], Any], what: str
    ) -> requests.Response:
        """The answer to GET `path` once `ready` says so of its body; only that one is shown."""
        until = time.monotonic() + PATIENCE
        told = {"Accept-Language": visitor.language}
        while True:
            answer = self._send(visitor, "GET", path, told, None, None)
            done = answer.ok and ready(answer.json())
            if done or time.monotonic() > until:
                break
            time.sleep(PAUSE)
        self._say(f"\n→ {visitor.name}: GET {path}")
        self._show(answer)
        insist(done, f"GET {path}: {what} did not come about within {PATIENCE:.0f} s")
        return answer

    def _send(
        self,
        visitor: Visitor,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Any,
        content: bytes | None,
    ) -> requests.Response:
        signed = {"Authorization": f"Bearer {visitor.token}"} if visitor.token else {}
        try:
            return self._session.request(
                method,
                self.base_url + url,
                json=body,
                data=content,
                headers={**headers, **signed},
                timeout=TIMEOUT,
            )
        except requests.RequestException as error:
            raise Failure(
                f"The platform does not answer at {self.base_url} ({type(error).__name__}). "
                "Start it with `make run`, in another terminal."
            ) from error

    def _show_request(self, headers: Mapping[str, str], body: Any, content: bytes | None) -> None:
        for name, value in headers.items():
            self._say(f"     {name}: {value}")
        if body is not None:
            self._say(_indented(body))
        elif content is not None:
            self._say(f"     ({len(content)} bytes)")

    def _show(self, answer: requests.Response) -> None:
        media_type = answer.headers.get("Content-Type", "")
        milliseconds = answer.elapsed.total_seconds() * 1000
        self._say(f"← {answer.status_code} {answer.reason}  {media_type}  {milliseconds:.0f} ms")
        for name in SHOWN:
            if name in answer.headers:
                self._say(f"     {name}: {_short(answer.headers[name], 160)}")
        if "json" in media_type:
            self._say(_indented(answer.json()))
        else:
            self._say(f"     ({len(answer.content)} bytes)")


def insist(condition: Any, message: str) -> None:
    """`Failure` with `message` where `condition` does not hold."""
    if not condition:
        raise Failure(f"The affair went wrong. {message}.")


def _readable(path: str, query: Mapping[str, Any] | None) -> str:
    pairs = "&".join(f"{name}={_cut(name, value)}" for name, value in (query or {}).items())
    return f"{path}?{pairs}" if pairs else path


def _indented(body: Any) -> str:
    lines = list(_lines(_cut("", body)))
    more = [f"… ({len(lines) - LINES} lines more)"] if len(lines) > LINES else []
    return "\n".join(f"     {line}" for line in lines[:LINES] + more)


def _lines(value: Any) -> Iterator[str]:
    """JSON on one line where it fits, else each member on its own."""
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) <= WIDTH or not isinstance(value, dict | list):
        yield whole
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    pairs = value.items() if isinstance(value, dict) else (("", one) for one in value)
    members = [(f'"{name}": ' if name else "", below) for name, below in pairs]
    yield opening
    for place, (name, below) in enumerate(members, 1):
        first, *others = _lines(below)
        *before, last = (name + first, *others)
        yield from (f"  {line}" for line in before)
        yield f"  {last}{',' if place < len(members) else ''}"
    yield closing


def _cut(name: str, value: Any) -> Any:
    """`value` as it is shown: secrets hidden, long texts and lists cut."""
    if isinstance(value, dict):
        return {key: _cut(key, below) for key, below in value.items()}
    if isinstance(value, list):
        more = [f"… {len(value) - ITEMS} more"] if len(value) > ITEMS else []
        return [_cut(name, one) for one in value[:ITEMS]] + more
    if name in SECRETS and isinstance(value, str):
        return _secret(value) if "token" in name else "…"
    return _short(value, LETTERS) if isinstance(value, str) else value


def _secret(token: str) -> str:
    return f"{token[:8]}…{token[-4:]}"


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
