"""Education: enrolment rounds, teacher qualifications, student aid."""

from __future__ import annotations

from typing import Any

from services.education import schemas, views
from services.education.domain import aid
from services.education.enrolling import Enrolling
from services.education.items import DEPARTMENT
from services.education.practices import PRACTICES
from services.education.rounds import Rounds
from services.education.usecases import certificates, settling
from shared.access import PUBLIC, official
from shared.department import Department, usecases
from shared.department.schemas import ReasonsBody
from shared.department.service import CASES
from shared.entrypoints import Call, Reply, Store, hears, http
from shared.events import Event
from shared.exchange.consumer import GRANTS, Consumer
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    **CASES,
    **GRANTS,
    "rounds": [Index.on("division"), Index.on("ends", sparse=True)],
    "schools": [Index.on("round")],
    "enrolments": [
        Index.on("round"),
        Index.on("guardian"),
        Index.on("child"),
        Index.on("case"),
        Index.on("due", sparse=True),
        Index.on("unanswered", sparse=True),
        Index.on("unsettled", sparse=True),
        Index.on("contested", sparse=True),
        Index.on("unproven", sparse=True),
    ],
    "wards": [Index.on("child")],
    "certificates": [Index.on("person")],
    "grants": [],
}


class Service(Rounds, Enrolling, Consumer, Department):
    name = "education"
    title = "Education: enrolment, teacher qualifications, student aid"
    department = DEPARTMENT
    practices = PRACTICES

    store = Store(COLLECTIONS)

    @http(
        "GET",
        "/certificates/<number>",
        who=PUBLIC,
        query=schemas.CertificateQuery,
        reply=schemas.Certificate,
        summary="Check a teacher qualification certificate by its number and its holder's name",
    )
    def check_certificate(self, call: Call, number: str) -> Reply:
        found = certificates.read(self.store, number, call.query["name"])
        return Reply(views.certificate(found), version=found["version"])

    @http(
        "POST",
        "/certificates/<number>/revocation",
        who=official("approve", "administer"),
        body=ReasonsBody,
        reply=schemas.Certificate,
        moves=True,
        summary="Revoke a teacher qualification certificate, with reasons",
    )
    def revoke_certificate(self, call: Call, number: str) -> Reply:
        found = certificates.revoke(self.store, call, number)
        return Reply(views.certificate(found), version=found["version"])

    @http(
        "GET",
        "/aid/grades",
        who=PUBLIC,
        reply=schemas.AidRules,
        cache=300,
        summary="The published grades and amounts of student aid",
    )
    def aid_grades(self, call: Call) -> dict[str, Any]:
        return aid.published()

    @hears(
        "identity.guardianship.registered.v1",
        "identity.guardianship.ended.v1",
        queue="guardianships",
        reads=schemas.WardFields,
    )
    def take_guardianship(self, event: Event) -> None:
        known = self.store["wards"].get(event.subject)
        after = {"_id": event.subject, "sequence": event.sequence, **event.data}
        if known is None:
            self.store["wards"].ensure(after)
        elif known["sequence"] < event.sequence:
            self.store["wards"].save(known, after)

    def _moved(self, call: Call, case_id: str, action: str) -> Reply:
        """As every department, but an enrolment is decided by its round."""
        case = usecases.read(self.desk, call.signed_in, case_id)
        settling.guard(self.store, case, action)
        return super()._moved(call, case_id, action)
