"""The part of the service that officials use: imports, delegations, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalogue import management_schemas as schemas
from services.catalogue import views
from services.catalogue.schemas import Delegation
from services.catalogue.usecases import import_records as imports
from services.catalogue.usecases import items, powers
from shared.access import OFFICIAL, PUBLIC, official
from shared.entrypoints import Call, Reply, http

ADMINISTRATOR = official("administer")
IMPORT_LIMIT = 12 * 1024 * 1024
"""Bytes of an import file as it is sent, what the gateway lets through; gzip makes 43 MB 2 MB."""

DELEGATION = {
    "item": "business-scope-permit",
    "from_division": "430000",
    "delegates": ["430100", "430200"],
    "from_day": "2026-12-01",
    "legal_basis": {"zh": "湘政发〔2026〕1号", "en": "Hunan Government Document 2026 No. 1"},
}


class Management:
    """Needs `store`."""

    store: Any

    @http(
        "POST",
        "/imports",
        who=ADMINISTRATOR,
        raw=True,
        consumes="application/octet-stream",
        limit=IMPORT_LIMIT,
        creates=True,
        status=202,
        reply=schemas.Import,
        summary="Import items: one JSON object a line, plain or gzip",
    )
    def import_items(self, call: Call) -> Reply:
        record = imports.submit(self.store, call)
        return Reply(views.an_import(record), location=f"/catalogue/imports/{record['_id']}")

    @http(
        "GET",
        "/imports/<import_id>",
        who=ADMINISTRATOR,
        reply=schemas.Import,
        summary="What became of an import",
    )
    def an_import(self, call: Call, import_id: str) -> Reply:
        return Reply(views.an_import(imports.one(self.store, call, import_id)))

    @http(
        "GET",
        "/imports/<import_id>/faults",
        who=ADMINISTRATOR,
        query=schemas.FaultsPage,
        reply=schemas.FaultyRow,
        many=True,
        summary="Every faulty row by line, field and rule",
    )
    def import_faults(self, call: Call, import_id: str) -> Reply:
        page = int(call.query.get("cursor", "0"))
        rows, more = imports.faults(self.store, call, import_id, page)
        return Reply.page(rows, str(page + 1) if more else None)

    @http(
        "GET",
        "/items/<code>/findings",
        who=OFFICIAL,
        reply=schemas.Findings,
        summary="Whether the last announcement was published, and what was wrong with it",
    )
    def findings(self, call: Call, code: str) -> Reply:
        return Reply(views.findings(items.found_by(self.store, call.signed_in, code)))

    @http(
        "POST",
        "/delegations",
        who=ADMINISTRATOR,
        body=schemas.NewDelegation,
        reply=Delegation,
        creates=True,
        example=DELEGATION,
        summary="Delegate a power to divisions below",
    )
    def delegate(self, call: Call) -> Reply:
        power, delegation = powers.delegate(self.store, call)
        location = f"/catalogue/delegations/{delegation['id']}"
        return _delegation(power, delegation, location)

    @http(
        "GET",
        "/delegations/<delegation_id>",
        who=PUBLIC,
        reply=Delegation,
        summary="A delegation; its ETag is what a revocation names",
    )
    def delegation(self, call: Call, delegation_id: str) -> Reply:
        return _delegation(*powers.one(self.store, delegation_id))

    @http(
        "POST",
        "/delegations/<delegation_id>/revocation",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Revocation,
        reply=Delegation,
        summary="Take a delegated power back from a day on",
    )
    def revoke(self, call: Call, delegation_id: str) -> Reply:
        return _delegation(*powers.revoke(self.store, call, delegation_id))


def _delegation(
    power: Mapping[str, Any], delegation: Mapping[str, Any], location: str | None = None
) -> Reply:
    body = views.delegation(power["_id"], delegation)
    return Reply(body, version=power["version"], location=location)
