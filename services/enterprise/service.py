"""Enterprise registration: names, the register of enterprises, and business licences."""

from __future__ import annotations

from typing import Any

from services.enterprise import views
from services.enterprise.domain import materials
from services.enterprise.items import DEPARTMENT
from services.enterprise.licensing import Licensing
from services.enterprise.practices import PRACTICES
from services.enterprise.schemas import (
    Bar,
    BarBody,
    Company,
    CompanySummary,
    Materials,
    NameCheck,
    NameQuery,
    RegisterQuery,
    ReservedName,
)
from services.enterprise.usecases import bars, companies, names, papers
from shared.access import PERSON, PUBLIC, SIGNED_IN, official
from shared.department import Department, usecases
from shared.department.service import CASES
from shared.entrypoints import Call, Reply, Store, http, rpc
from shared.errors import Forbidden
from shared.exchange.consumer import GRANTS, Consumer
from shared.store import Collections, Index
from shared.text import Text

COLLECTIONS: Collections = {
    **CASES,
    **GRANTS,
    "names": [Index.on("keys"), Index.on("case"), Index.on("holder")],
    "companies": [Index.on("titles")],
    "licences": [],
    "materials": [],
    "bars": [Index.on("person")],
}


class Service(Licensing, Consumer, Department):
    name = "enterprise"
    title = "Enterprise registration"
    department = DEPARTMENT
    practices = PRACTICES

    store = Store(COLLECTIONS)

    @http(
        "GET",
        "/names/check",
        who=PUBLIC,
        query=NameQuery,
        reply=NameCheck,
        summary="Whether a company name could be had; reserves nothing",
    )
    def check_name(self, call: Call) -> dict[str, Any]:
        return views.name_check(names.check(self.store, call.query, call.now), call.language)

    @http(
        "GET",
        "/names",
        who=PERSON,
        reply=ReservedName,
        many=True,
        summary="The names one has reserved, the newest first",
    )
    def my_names(self, call: Call) -> Reply:
        found = names.mine(self.store, call.signed_in.subject)
        return Reply.page([views.reserved_name(name) for name in found], None)

    @http(
        "POST",
        "/materials",
        who=PERSON,
        raw=True,
        creates=True,
        limit=materials.LARGEST,
        consumes="application/octet-stream",
        reply=Materials,
        summary="Upload a material (PDF, JPEG, PNG) with its Content-Digest (RFC 9530)",
    )
    def upload(self, call: Call) -> Reply:
        kept = papers.upload(self.store, call)
        return Reply(views.material(kept), location=f"/{self.name}/materials/{kept['_id']}")

    @http(
        "GET",
        "/materials/<file>",
        who=PERSON,
        produces="application/octet-stream",
        summary="A material of one's own",
    )
    def read_material(self, call: Call, file: str) -> Reply:
        kept, content = papers.own(self.store, call, file)
        return _file(kept, content)

    @http(
        "GET",
        "/cases/<case_id>/materials/<file>",
        who=SIGNED_IN,
        produces="application/octet-stream",
        summary="A material of a case one may see",
    )
    def read_case_material(self, call: Call, case_id: str, file: str) -> Reply:
        case = usecases.read(self.desk, call.signed_in, case_id)
        form = usecases.opened_form(self.desk, case)
        kept, content = papers.of_case(self.store, form, file)
        return _file(kept, content)

    @http(
        "GET",
        "/register",
        who=PUBLIC,
        query=RegisterQuery,
        reply=CompanySummary,
        summary="Enterprises by their full name or their trade name",
    )
    def search_register(self, call: Call) -> Reply:
        page = companies.find(self.store, call.query)
        return Reply.page([views.company_summary(c) for c in page.items], page.next_cursor)

    @http(
        "GET",
        "/register/<code>",
        who=PUBLIC,
        reply=Company,
        summary="An entry of the public register by its unified social credit code",
    )
    def read_register(self, call: Call, code: str) -> dict[str, Any]:
        return views.company(companies.read(self.store, code))

    @http(
        "POST",
        "/bars",
        who=official("administer"),
        body=BarBody,
        reply=Bar,
        creates=True,
        summary="Record that a person may not represent an enterprise",
        example={
            "name": "李四",
            "identity": "430104199001010035",
            "ground": "licence-revoked",
            "since": "2026-01-01",
            "until": "2028-12-31",
            "source": "长市监罚〔2025〕12 号",
        },
    )
    def record_bar(self, call: Call) -> dict[str, Any]:
        if call.signed_in.department != self.department:
            raise Forbidden(Text("仅限市场监管部门", "Market regulation only"))
        return views.bar(bars.record(self.store, self.tools, call))

    @rpc
    def representative_of(self, code: str) -> dict[str, str]:
        """``{"name", "number"}`` of who represents the enterprise, for identity only."""
        return companies.representative_of(self.store, self.tools, code)


def _file(kept: Any, content: bytes) -> Reply:
    headers = {"Content-Disposition": f'attachment; filename="{kept["_id"]}"'}
    return Reply(content, media_type=kept["media_type"], headers=headers)
