"""People at the platform: they sign in, and speak HTTP as a front end would."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urljoin

import requests
from stdnum.cn import ric

from shared.local import Platform

PASSWORD = "Hunan-demo-2026"
PROVISIONAL = "Provisional-demo-2026"
TIMEOUT = 30.0
READS = 3
PATIENCE, PAUSE = 60.0, 0.05
"""Seconds to wait for what happens in the background, and between two looks."""
SIGNED_IN = 240.0
"""Seconds after which a person signs in anew: a token lives for ten minutes, a slow test longer."""

newcomers = count(1)

Answer = requests.Response


class Person(requests.Session):
    """Somebody at the gateway `base_url`; signed in where `phone` is given."""

    def __init__(self, base_url: str, phone: str = "", password: str = PASSWORD) -> None:
        super().__init__()
        self.trust_env = False
        self.base_url, self.phone = base_url, phone
        self._password, self._anew_at = password, math.inf
        self.headers["Accept-Language"] = "en"
        if phone:
            self.sign_in(password)

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> Answer:
        """Like `requests`, of a path; `headers` whose value is None are left out."""
        if time.monotonic() > self._anew_at:
            self.sign_in(self._password)
        kwargs.setdefault("timeout", TIMEOUT)
        return super().request(method, urljoin(self.base_url, url), *args, **kwargs)

    def sign_in(self, password: str = PASSWORD) -> str:
        """A fresh access token, used from now on."""
        self._password, self._anew_at = password, math.inf
        self.headers.pop("Authorization", None)
        grant = {"grant_type": "password", "login": self.phone, "password": password}
        token = str(ok(self.post("/identity/tokens", json=grant))["access_token"])
        self.headers["Authorization"] = f"Bearer {token}"
        self._anew_at = time.monotonic() + SIGNED_IN
        return token

    def create(self, path: str, body: Any, key: str | None = None, **kwargs: Any) -> Answer:
        """A creating POST with its Idempotency-Key."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **kwargs.pop("headers", {})}
        return self.post(path, json=body, headers=headers, **kwargs)

    def see(self, case: str, service: str = "enterprise") -> dict[str, Any]:
        """A case as this person sees it."""
        return ok(self.get(f"/{service}/cases/{case}"))

    def move(
        self, case: str, action: str, body: Any = None, service: str = "enterprise", **kwargs: Any
    ) -> Answer:
        """A move of the case in the version that this person reads just now."""
        path, given = f"/{service}/cases/{case}", {} if body is None else body
        return self.act(path, action, given, **kwargs)

    def act(
        self, path: str, action: str, body: Any, *, method: str = "POST", **kwargs: Any
    ) -> Answer:
        """An act upon what stands at `path`, in the version that is read just now; read again where
        it has changed meanwhile (a register has answered, a service has announced itself)."""
        more = kwargs.pop("headers", {})
        for _ in range(READS):
            etag = self.get(path).headers.get("ETag", '"1"')
            headers = {"If-Match": etag, **more}
            answer = self.request(method, f"{path}/{action}", json=body, headers=headers, **kwargs)
            if answer.status_code != 412 or "If-Match" in more:
                break
        return answer

    def checked(self, path: str) -> dict[str, Any]:
        """The case at `path` once every register has answered."""

        def settled() -> Any:
            case = ok(self.get(path))
            return all(check["state"] != "pending" for check in case["checks"]) and case

        found: dict[str, Any] = eventually(settled, "the registers' answers")
        return found

    def pages(self, path: str) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list, by their links."""
        following: str | None = path
        while following:
            answer = self.get(following)
            yield ok(answer)["items"]
            following = answer.links.get("next", {}).get("url")

    def listed(self, path: str) -> list[str]:
        """The ids in a list, all pages."""
        return [one["id"] for page in self.pages(path) for one in page]


def ok(answer: Answer, status: int | None = None) -> Any:
    """The JSON of an answer that succeeded (with `status`)."""
    expected = answer.ok if status is None else answer.status_code == status
    assert expected, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem document of an answer that must be `status`."""
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["type"].startswith("/problems/")
    assert found["title"] and found["detail"]
    return found


def eventually(look: Callable[[], Any], what: str) -> Any:
    """What `look` gives once it is true."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(PAUSE)
    raise AssertionError(f"{what} did not come about within {PATIENCE:.0f} s")


def heard(platform: Platform, queue: str, subject: str) -> None:
    """Wait until the event about `subject` has had its effect at `queue`: <service>.<queue>."""
    told = (f'"{queue}"', subject, '"outcome":"done"')

    def done() -> bool:
        lines = platform.log(queue.partition(".")[0]).splitlines()
        return any(all(word in line for word in told) for line in lines)

    eventually(done, f"the hearing of {subject} at {queue}")


def newcomer(base_url: str) -> Person:
    """A citizen who has just registered: of whom nothing is on its way from an earlier test."""
    serial = next(newcomers)
    stem = f"43010419700101{serial:03}"
    body = {
        "name": "陈新民",
        "identity_number": stem + str(ric.calc_check_digit(stem + "0")),
        "phone": f"1370000{serial:04}",
        "password": PASSWORD,
    }
    ok(Person(base_url).create("/identity/accounts", body), 201)
    return Person(base_url, str(body["phone"]))


def official(
    administrator: Person,
    phone: str,
    name: str,
    division: str,
    powers: list[str],
    department: str = "market-regulation",
) -> Person:
    """An official, made where they are missing, with their own password."""
    body = {
        "name": name,
        "phone": phone,
        "department": department,
        "division": division,
        "powers": powers,
        "password": PROVISIONAL,
    }
    ok(administrator.create("/identity/officials", body, key=f"journey-{phone}"))
    person = Person(administrator.base_url)
    person.phone = phone
    try:
        person.sign_in()
    except AssertionError:
        person.sign_in(PROVISIONAL)
        change = {"current_password": PROVISIONAL, "new_password": PASSWORD}
        ok(person.post("/identity/me/password", json=change))
        person.sign_in()
    return person
