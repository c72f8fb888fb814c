"""The public part of the service: everything here is open data (政府信息公开条例).

Guarantees: nothing about a person; every list as JSON and, under the same name with `.csv`, as a
table; all with ETag. A test scans every public route for personal data.
"""

from __future__ import annotations

from typing import Any

from services.supervision import open_schemas, schemas, tables, views
from services.supervision.domain import datasets
from services.supervision.open_route import MINUTE, lists, tabulates
from services.supervision.report_schemas import Report
from services.supervision.usecases import openness, statistics, supervised
from shared.access import PUBLIC
from shared.entrypoints import Call, Reply, http

TEN_MINUTES = 600


class Openness:
    """Needs `store`, `catalogue` and `fresh`."""

    store: Any
    catalogue: Any
    fresh: Any

    @http(
        "GET",
        "/open",
        who=PUBLIC,
        reply=open_schemas.DataSet,
        many=True,
        cache=MINUTE,
        summary="What is open: every data set, whose it is, and where it is to be had",
    )
    def data_sets(self, call: Call) -> Reply:
        return Reply.page(datasets.data_sets(), None)

    @http(
        "GET",
        "/open/statistics/<month>",
        who=PUBLIC,
        query=schemas.Scope,
        reply=Report,
        cache=MINUTE,
        summary="A month in figures, with ranks by published rules and the online rate",
    )
    def statistics(self, call: Call, month: str) -> dict[str, Any]:
        month = statistics.month_of(month, call.now)
        division, department = _scope(call)

        def past(of: str) -> Any:
            def make() -> Any:
                return statistics.added(self.store, of, division, department)

            return self.fresh.of(("past", of, division, department), make, TEN_MINUTES)

        def make() -> dict[str, Any]:
            day = statistics.last_known(month, call.now)
            rate = supervised.online_rate(self.catalogue, day, division, department)
            return statistics.report(self.store, month, division, department, rate, past)

        found: dict[str, Any] = self.fresh.of(("report", month, division, department), make)
        return found

    @tabulates(
        "/open/statistics/<month>",
        schemas.Scope,
        "A month in figures, by division, department and item",
    )
    def statistics_table(self, call: Call, month: str) -> Reply:
        month = statistics.month_of(month, call.now)
        scope = _scope(call)

        def make() -> Reply:
            rows = statistics.table(self.store, month, *scope)
            return tables.reply(rows, f"statistics-{month}-{scope[0]}.csv")

        found: Reply = self.fresh.of(("table", month, *scope), make)
        return found

    @lists(
        "/open/items",
        open_schemas.ItemQuery,
        open_schemas.Item,
        "The service items in force, as the catalogue has them",
    )
    def open_items(self, call: Call) -> Reply:
        found = self.catalogue.listed_items(asked=call.query)
        return Reply.page(found["items"], found["next_cursor"])

    @tabulates("/open/items", open_schemas.ItemQuery, "The service items in force, as a table")
    def open_items_table(self, call: Call) -> Reply:
        return tables.page(self.open_items(call), datasets.ITEM, "items.csv")

    @lists(
        "/open/powers",
        open_schemas.ItemQuery,
        open_schemas.Power,
        "The powers, who exercises them, and how often they were delegated",
    )
    def open_powers(self, call: Call) -> Reply:
        found = self.catalogue.listed_powers(asked=call.query)
        rows = [{**row, "delegations": len(row["delegations"])} for row in found["items"]]
        return Reply.page(rows, found["next_cursor"])

    @tabulates("/open/powers", open_schemas.ItemQuery, "The powers, as a table")
    def open_powers_table(self, call: Call) -> Reply:
        return tables.page(self.open_powers(call), datasets.POWER, "powers.csv")

    @lists(
        "/open/delegations",
        open_schemas.DelegationQuery,
        open_schemas.Delegation,
        "Powers that were delegated, and taken back",
    )
    def open_delegations(self, call: Call) -> Reply:
        page = openness.delegations(self.store, call.query)
        return Reply.page([views.open_delegation(one) for one in page.items], page.next_cursor)

    @tabulates(
        "/open/delegations", open_schemas.DelegationQuery, "Powers that were delegated, as a table"
    )
    def open_delegations_table(self, call: Call) -> Reply:
        return tables.page(self.open_delegations(call), datasets.DELEGATION, "delegations.csv")

    @lists(
        "/open/decisions",
        open_schemas.DecisionQuery,
        open_schemas.Decision,
        "Decisions in force of a division's authorities, without whom they are about",
    )
    def open_decisions(self, call: Call) -> Reply:
        page = openness.decisions(self.store, call.query, call.now)
        return Reply.page([views.open_decision(case) for case in page.items], page.next_cursor)

    @tabulates("/open/decisions", open_schemas.DecisionQuery, "Decisions in force, as a table")
    def open_decisions_table(self, call: Call) -> Reply:
        return tables.page(self.open_decisions(call), datasets.DECISION, "decisions.csv")

    @http(
        "GET",
        "/open/decisions/<number>",
        who=PUBLIC,
        reply=open_schemas.Decision,
        cache=MINUTE,
        summary="The decision in force of the case with this number",
    )
    def open_decision(self, call: Call, number: str) -> dict[str, Any]:
        return views.open_decision(openness.decision(self.store, number))

    @http(
        "GET",
        "/open/licences/<number>",
        who=PUBLIC,
        reply=open_schemas.Licence,
        cache=MINUTE,
        summary="A licence of a legal person by its number",
    )
    def open_licence(self, call: Call, number: str) -> dict[str, Any]:
        return views.open_licence(self.store["licences"].require(number))


def _scope(call: Call) -> tuple[str, str | None]:
    return call.query.get("division", statistics.PROVINCE), call.query.get("department")
