"""The floor of an RPC: stock Nameko, which reads one row and returns it."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from nameko.rpc import rpc

from shared.access import PUBLIC
from shared.entrypoints import Call, http
from shared.store import open_database


class Rows(DependencyProvider):
    def setup(self) -> None:
        self.rows = open_database(self.container.config["MONGO_URI"], "register")["residents"]

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.rows


class Service:
    name = "bare"
    rows = Rows()

    @rpc
    def read(self, identity: str) -> dict[str, str]:
        row = self.rows.find_one({"_id": identity})
        return {"name": row["name"], "address": row["address"]}

    @http("GET", "/nothing", who=PUBLIC, summary="So that it has a health")
    def nothing(self, call: Call) -> None:
        return None
