"""The part of the service that administrators use."""

from __future__ import annotations

from typing import Any

from services.identity import schemas, views
from services.identity.usecases import accounts, registration
from shared.access import official
from shared.entrypoints import Call, Reply, http

ADMINISTRATOR = official("administer")


class Administration:
    """Officials, and what is done to accounts."""

    store: Any
    tools: Any

    @http(
        "POST",
        "/officials",
        who=ADMINISTRATOR,
        creates=True,
        body=schemas.Appointment,
        reply=schemas.Account,
        summary="Make the account of an official",
    )
    def appoint_official(self, call: Call) -> Reply:
        account = registration.appoint(self.store, self.tools, call)
        return _account(account, location=f"/identity/accounts/{account['_id']}")

    @http(
        "GET",
        "/officials",
        who=ADMINISTRATOR,
        query=schemas.Officials,
        reply=schemas.Account,
        many=True,
        summary="The officials of a division and what lies in it",
    )
    def officials(self, call: Call) -> Reply:
        page = accounts.officials(self.store, call)
        return Reply.page([views.account(a) for a in page.items], page.next_cursor)

    @http(
        "GET",
        "/accounts/<account_id>",
        who=ADMINISTRATOR,
        reply=schemas.Account,
        summary="An account one administers",
    )
    def account(self, call: Call, account_id: str) -> Reply:
        return _account(accounts.one(self.store, call, account_id))

    @http(
        "GET",
        "/accounts/<account_id>/history",
        who=ADMINISTRATOR,
        reply=schemas.Entry,
        many=True,
        summary="What happened to an account one administers",
    )
    def history(self, call: Call, account_id: str) -> Reply:
        return Reply(views.history(accounts.one(self.store, call, account_id)))

    @http(
        "POST",
        "/accounts/<account_id>/suspension",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reason,
        reply=schemas.Account,
        summary="Suspend an account",
    )
    def suspend(self, call: Call, account_id: str) -> Reply:
        return _account(accounts.move(self.store, call, account_id, "suspend"))

    @http(
        "POST",
        "/accounts/<account_id>/reinstatement",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reason,
        reply=schemas.Account,
        summary="Reinstate a suspended account",
    )
    def reinstate(self, call: Call, account_id: str) -> Reply:
        return _account(accounts.move(self.store, call, account_id, "reinstate"))

    @http(
        "POST",
        "/accounts/<account_id>/assignment",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reassignment,
        reply=schemas.Account,
        summary="Where an official serves, and with which powers",
    )
    def reassign(self, call: Call, account_id: str) -> Reply:
        return _account(accounts.reassign(self.store, call, account_id))

    @http(
        "POST",
        "/accounts/<account_id>/password",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.GivenPassword,
        reply=schemas.Account,
        summary="A provisional password for an official who forgot theirs",
    )
    def give_password(self, call: Call, account_id: str) -> Reply:
        return _account(accounts.give_password(self.store, self.tools, call, account_id))


def _account(document: Any, location: str | None = None) -> Reply:
    return Reply(views.account(document), version=document["version"], location=location)
