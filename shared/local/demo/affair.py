"""The founding of an enterprise: who takes part, and what its steps tell each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.local.demo.stage import Stage
from shared.local.demo.talk import Visitor


@dataclass
class Founding(Stage):
    """What the steps know of each other."""

    applicant: Visitor = field(default_factory=lambda: Visitor("张伟 (applicant)"))
    other: Visitor = field(default_factory=lambda: Visitor("李娜 (another citizen)"))
    clerk: Visitor = field(default_factory=lambda: Visitor("王受理 (official, 430104)"))
    chief: Visitor = field(default_factory=lambda: Visitor("赵审批 (second official, 430104)"))
    elsewhere: Visitor = field(default_factory=lambda: Visitor("孙雨花 (official, 430111)"))
    name: dict[str, str] = field(default_factory=dict)
    reservation: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    case: str = ""
    version: str = ""
    result: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def path(self) -> str:
        return f"/enterprise/cases/{self.case}"

    def move(self, visitor: Visitor, action: str, body: Any = None, **request: Any) -> Any:
        """A move of the case in the version that was read last."""
        answer = self.talk.ask(
            visitor,
            request.pop("method", "POST"),
            f"{self.path}/{action}",
            body={} if body is None else body,
            headers={"If-Match": self.version},
            **request,
        )
        self.version = answer.headers.get("ETag", self.version)
        return answer.json()
