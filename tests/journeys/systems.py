"""Systems at the platform: they sign in as themselves, and speak X-Road's protocol."""

from __future__ import annotations

import math
import time
import uuid
from typing import Any

from tests.journeys.people import SIGNED_IN, Person, ok

CLIENTS = "/identity/clients"
SCOPES = ["exchange.consume", "exchange.provide"]


class System(Person):
    """A system with a secret; `name` is its X-Road-Client."""

    def __init__(self, base_url: str, client_id: str, secret: str, member: str) -> None:
        super().__init__(base_url)
        self.client_id, self._secret = client_id, secret
        self.consumer = f"{member}/{client_id}"
        self.headers["X-Road-Client"] = f"HUNAN/{self.consumer}"
        self.token()

    def token(self) -> str:
        """A fresh access token, used from now on."""
        self.headers.pop("Authorization", None)
        self._anew_at = math.inf
        form = {"grant_type": "client_credentials"}
        given = self.post("/identity/tokens", data=form, auth=(self.client_id, self._secret))
        token = str(ok(given)["access_token"])
        self.headers["Authorization"] = f"Bearer {token}"
        self._anew_at = time.monotonic() + SIGNED_IN
        return token

    def sign_in(self, password: str = "") -> str:
        """The same; its secret is its password."""
        return self.token()


def system(
    administrator: Person, department: str, division: str = "430000", member: str = "", **given: Any
) -> System:
    """A new system of the department in the division."""
    body = {
        "client_id": f"journey-{uuid.uuid4().hex[:12]}",
        "name": "业务系统",
        "department": department,
        "division": division,
        "scopes": SCOPES,
        "contact": "it@system.example",
        "secret": True,
        **given,
    }
    made = ok(administrator.create(CLIENTS, body), 201)
    own = member or f"GOV/{department}"
    return System(administrator.base_url, body["client_id"], made["client_secret"], own)
