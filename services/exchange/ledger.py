"""What a citizen reads: who read what about me, when, for which case, on what ground.

(Personal Information Protection Law, Art. 44 and 45: to know, and to have access.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.exchange import ledger_schemas as schemas
from services.exchange import ledger_views as views
from services.exchange.domain.members import member_department, member_division
from services.exchange.usecases import my_data
from shared.access import PERSON
from shared.entrypoints import Call, Remote, Reply, http
from shared.schema import Paged
from shared.store import Collections

COLLECTIONS: Collections = {}
TIMEOUT = 3.0


class Ledger:
    """Entrypoints; see the module."""

    store: Any
    identity: Any = Remote("identity")
    feedback: Any = Remote("feedback")

    @http(
        "GET",
        "/my-data",
        who=PERSON,
        query=Paged,
        reply=schemas.Reading,
        summary="Who read what about me, my wards and legal persons I act for, newest first",
    )
    def my_data(self, call: Call) -> Reply:
        subjects = self._subjects(call)
        cursor = call.query.get("cursor")
        found, more = my_data.readings(self.store, subjects, call.query["limit"], cursor)
        return Reply.page(self._told(found, subjects), more)

    @http(
        "GET",
        "/my-data/<place>",
        who=PERSON,
        reply=schemas.Reading,
        summary="One reading of my data",
    )
    def one_of_my_data(self, call: Call, place: str) -> Reply:
        subjects = self._subjects(call)
        found = my_data.reading(self.store, subjects, place)
        return Reply(self._told([found], subjects)[0])

    @http(
        "POST",
        "/my-data/<place>/complaint",
        who=PERSON,
        body=schemas.ComplaintBody,
        reply=schemas.Complaint,
        creates=True,
        summary="Complain about a reading of my data, to the authority that read it",
        example={"description": "我没有申请过这项业务，为什么查询我的户籍信息？"},
    )
    def complain_of_reading(self, call: Call, place: str) -> Reply:
        reading = my_data.reading(self.store, self._subjects(call), place)
        member = reading.record["consumer"].rpartition("/")[0]
        made = self.feedback.complain_of_data_use(
            timeout=TIMEOUT,
            account=call.signed_in.subject,
            key=call.id,
            about={
                "record": f"{reading.index}:{reading.leaf}",
                "department": member_department(member),
                "division": member_division(member),
            },
            description=call.body["description"],
        )
        location = f"/feedback/requests/{made['request']}"
        return Reply({**made, "href": location}, location=location)

    def _subjects(self, call: Call) -> dict[str, Any]:
        caller = call.signed_in
        people = self.identity.data_subjects(timeout=TIMEOUT, account=caller.subject)
        return my_data.subjects_of(people, [p.code for p in caller.legal_persons])

    def _told(
        self, found: Sequence[my_data.Reading], subjects: my_data.Subjects
    ) -> list[dict[str, Any]]:
        names = views.Names(
            self.store["nodes"].get_many(views.nodes_in(found)),
            self.store["resources"].get_many(views.named_in(found, "resource")),
            self.store["grants"].get_many(views.named_in(found, "grant")),
        )
        return [views.reading(one, subjects, names) for one in found]
