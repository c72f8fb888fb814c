"""The Nameko base class of every department's service: its parts, what it hears, and its timers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from shared.department import schemas, usecases
from shared.department.announcing import announce
from shared.department.applying import Applying
from shared.department.contract import applications
from shared.department.deciding import Deciding
from shared.department.practice import Practice
from shared.department.registered import Registered
from shared.department.sealed import CASES as SEALED
from shared.department.usecases import Desk
from shared.entrypoints import Clock, Remote, Store, every, hears
from shared.entrypoints.vault import PersonalVault
from shared.events import Event
from shared.openapi import Variants
from shared.schema import Nothing
from shared.sealed import Sealed
from shared.store import Index

CASES = {
    "cases": [
        Index.on("worklist", sparse=True),
        Index.on("applicant.account"),
        Index.on("applicant.legal_person", sparse=True),
        Index.on("deemed_after", sparse=True),
        Index.on("asking", sparse=True),
    ],
    "announcements": [],
    "delegations": [Index.on("item")],
}
"""The collections that every department owns; add them to its own."""


class Department(Applying, Deciding, Registered):
    """Derive `Service` from it; give `name`, `department` (slug), `practices` and `store`."""

    name: ClassVar[str]
    department: ClassVar[str]
    practices: ClassVar[Sequence[Practice]]
    store: ClassVar[Any] = Store(CASES)
    sealed: ClassVar[Sequence[Sealed]] = SEALED
    vault = PersonalVault()
    clock = Clock()
    identity = Remote("identity")
    _announced: ClassVar[bool] = False

    @classmethod
    def variants(cls) -> Variants:
        """For the contract: an application is one for an item, with the form of that item."""
        return {schemas.ApplicationBody: applications(p.item for p in cls.practices)}

    @cached_property
    def desk(self) -> Desk:
        """What the use cases work with."""
        practices: Mapping[str, Practice] = {p.item.code: p for p in self.practices}
        return Desk(
            self.name,
            self.department,
            practices,
            self.store,
            self.vault,
            getattr(self, "exchange", None),
            self.identity,
        )

    @hears(
        "{service}.case.approved.v1",
        "{service}.case.refused.v1",
        queue="decisions",
        reads=schemas.CaseFields,
    )
    def complete(self, event: Event) -> None:
        usecases.complete(self.desk, event, self.clock())

    @hears("feedback.complaint.upheld.v1", queue="reopenings", reads=schemas.UpheldFields)
    def reopen(self, event: Event) -> None:
        usecases.reopen(self.desk, event, self.clock())

    @hears(
        "catalogue.power.delegated.v1",
        "catalogue.power.revoked.v1",
        queue="delegations",
        reads=schemas.DelegationFields,
    )
    def take_delegation(self, event: Event) -> None:
        known = self.store["delegations"].get(event.subject)
        after = {"_id": event.subject, "sequence": event.sequence, **event.data}
        if known is None:
            self.store["delegations"].ensure(after)
        elif known["sequence"] < event.sequence:
            self.store["delegations"].save(known, after)

    @every(seconds=30)
    def deem_accepted(self) -> None:
        usecases.deem_accepted(self.desk, self.clock())

    @every(seconds=1, eager=True, listening=True)
    def announce_at_start(self) -> None:
        if not type(self)._announced:
            self._announce()
            type(self)._announced = True

    @hears("catalogue.directory.opened.v1", queue="announcements", reads=Nothing)
    def announce_again(self, event: Event) -> None:
        self._announce()

    def _announce(self) -> None:
        announce(self.store, self.name, self.desk.items.values(), self.clock())
