"""What every play of the demo has: a conversation, people who sign in, and cases that move."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from shared.local.demo.talk import Talk, Visitor

PASSWORD = "Hunan-demo-2026"  # noqa: S105 (public by purpose)
ANYONE = Visitor("anyone")


@dataclass
class Stage:
    """Where a play takes place."""

    talk: Talk

    def sign_in(self, visitor: Visitor, phone: str) -> Visitor:
        """`visitor`, who speaks with an access token from now on."""
        grant = {"grant_type": "password", "login": phone, "password": PASSWORD}
        visitor.token = ""
        tokens = self.talk.ask(visitor, "POST", "/identity/tokens", body=grant).json()
        visitor.token = tokens["access_token"]
        return visitor

    def create(self, visitor: Visitor, path: str, **request: Any) -> Any:
        """What a creating request makes; its Idempotency-Key makes a repetition harmless."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), **request.pop("headers", {})}
        return self.talk.ask(visitor, "POST", path, expect=201, headers=headers, **request).json()

    def act(
        self, visitor: Visitor, path: str, action: str, body: Any = None, **request: Any
    ) -> Any:
        """A move of what is at `path`, in the version that the visitor reads just now."""
        version = self.talk.look(visitor, path).headers["ETag"]
        given = {} if body is None else body
        headers = {"If-Match": version}
        method = request.pop("method", "POST")
        return self.talk.ask(
            visitor, method, f"{path}/{action}", body=given, headers=headers, **request
        ).json()


def is_checked(case: Any) -> bool:
    """Whether the registers have answered all that the case claims."""
    return all(check["state"] != "pending" for check in case["checks"])
