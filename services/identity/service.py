"""Identity: accounts, sign-in, signing keys, and who acts for which legal person."""

from __future__ import annotations

from typing import Any

from services.identity import schemas, views
from services.identity.administration import Administration
from services.identity.clienting import Clienting
from services.identity.guardianship import Guardianship
from services.identity.oauth import NOT_KEPT, oauth
from services.identity.representation import Representation
from services.identity.tools import ToolBox
from services.identity.usecases import (
    accounts,
    keys,
    machines,
    passwords,
    registration,
    sessions,
)
from shared.access import PUBLIC, SIGNED_IN
from shared.entrypoints import Call, Clock, Remote, Reply, Store, every, hears, http, rpc
from shared.errors import FieldError, Invalid
from shared.events import Event
from shared.schema import Nothing
from shared.store import Index
from shared.text import Text

NEEDS = {
    "password": (("login", "username"), ("password",)),
    "refresh_token": (("refresh_token",),),
    "client_credentials": (),
}
"""Grant type: the fields it needs, of each one name or another."""

GRANTS = {
    "password": sessions.sign_in,
    "refresh_token": sessions.refresh,
    "client_credentials": machines.sign_in,
}


class Service(Administration, Guardianship, Clienting, Representation):
    name = "identity"
    title = "Identity: accounts, sign-in and representation"

    store = Store(
        {
            "accounts": [Index.on("logins", unique=True), Index.on("areas")],
            "sessions": [Index.on("day")],
            "lockouts": [Index.on("day")],
            "keys": [],
            "legal_persons": [Index.on("people")],
            "clients": [Index.on("client_id", unique=True), Index.on("areas")],
            "assertions": [Index.on("client"), Index.on("until")],
            "guardianships": [Index.on("guardian"), Index.on("child")],
        }
    )
    tools = ToolBox()
    clock = Clock()
    enterprise = Remote("enterprise")

    @http(
        "POST",
        "/accounts",
        who=PUBLIC,
        creates=True,
        body=schemas.Registration,
        reply=schemas.Account,
        summary="Register as a citizen",
        example={
            "name": "张伟",
            "identity_number": "430104199001010019",
            "phone": "13800000001",
            "password": "moon-river-77",
        },
    )
    def register(self, call: Call) -> Reply:
        account = registration.register(self.store, self.tools, call)
        return Reply(views.account(account), location="/identity/me")

    @oauth(
        "POST",
        "/tokens",
        who=PUBLIC,
        body=schemas.Grant,
        reply=schemas.Tokens,
        summary="Sign in, refresh, or sign in as a system (RFC 6749)",
        example={"grant_type": "password", "login": "13800000001", "password": "moon-river-77"},
    )
    def tokens(self, call: Call) -> Reply:
        grant = call.body["grant_type"]
        _require(call.body, NEEDS[grant])
        return Reply(GRANTS[grant](self.store, self.tools, call), headers=NOT_KEPT)

    @oauth(
        "POST",
        "/tokens/revocation",
        who=PUBLIC,
        body=schemas.Revocation,
        reply=Nothing,
        summary="Sign out: end the session of a refresh token (RFC 7009)",
    )
    def revoke(self, call: Call) -> dict[str, Any]:
        _require(call.body, (("refresh_token", "token"),))
        sessions.sign_out(self.store, call)
        return {}

    @http(
        "GET",
        "/.well-known/jwks.json",
        who=PUBLIC,
        reply=schemas.Jwks,
        cache=300,
        summary="The public keys that access tokens are signed with",
    )
    def published_keys(self, call: Call) -> dict[str, Any]:
        return keys.jwks(self.store, self.tools, call.now)

    @http(
        "GET",
        "/.well-known/oauth-authorization-server",
        who=PUBLIC,
        reply=schemas.Metadata,
        cache=300,
        summary="How clients find their way (RFC 8414)",
    )
    def metadata(self, call: Call) -> dict[str, Any]:
        return views.metadata(self.tools.issuer, call.base_url)

    @http("GET", "/me", who=SIGNED_IN, reply=schemas.Account, summary="One's own account")
    def me(self, call: Call) -> Reply:
        account, numbers = accounts.me(self.store, self.tools, call)
        return Reply(views.own_account(account, numbers), version=account["version"])

    @http(
        "GET",
        "/me/history",
        who=SIGNED_IN,
        reply=schemas.Entry,
        many=True,
        summary="What happened to one's account, the newest first",
    )
    def my_history(self, call: Call) -> Reply:
        return Reply(views.history(self.store["accounts"].require(call.signed_in.subject)))

    @http(
        "POST",
        "/me/password",
        who=SIGNED_IN,
        body=schemas.NewPassword,
        reply=schemas.Tokens,
        summary="Change one's password; all sessions end, and a new one begins",
    )
    def change_password(self, call: Call) -> Reply:
        account = passwords.change(self.store, self.tools, call)
        return Reply(sessions.begin(self.store, self.tools, account, call))

    @rpc
    def jwks(self) -> dict[str, Any]:
        """The published keys, for every service's verifier: ``{"keys": [...]}``."""
        return keys.jwks(self.store, self.tools, self.clock())

    @rpc
    def find_person(self, number: str) -> dict[str, str] | None:
        """``{"account": id}`` of the citizen with this resident identity number, or None."""
        return accounts.find_person(self.store, self.tools, number)

    @rpc
    def own_account(self, token: str) -> dict[str, str]:
        """The citizen signed in with `token`: ``{"account", "name", "identity", "phone"}``."""
        return accounts.own_account(self.store, self.tools, token, self.clock())

    @rpc
    def data_subjects(self, account: str) -> list[dict[str, Any]]:
        """The citizen and their wards, ``[{"relation", "person", "name"}]``; person: a lookup."""
        return accounts.data_subjects(self.store, account, self.clock())

    @hears("identity.session.revoked.v1", queue="revoked-sessions", reads=schemas.SessionRevoked)
    def note_revoked(self, event: Event) -> None:
        accounts.note_revoked(self.store, event)

    @every(seconds=60)
    def turn_keys(self) -> None:
        keys.turn(self.store, self.tools, self.clock())

    @every(seconds=20)
    def give_back_memory(self) -> None:
        self.tools.passwords.give_back_memory()

    @every(seconds=60)
    def forget_assertions(self) -> None:
        machines.sweep(self.store, self.clock())

    @every(seconds=3600)
    def sweep(self) -> None:
        accounts.sweep(self.store, self.clock())


def _require(body: dict[str, Any], needed: tuple[tuple[str, ...], ...]) -> None:
    missing = Text("必填", "Required here")
    absent = [names[0] for names in needed if not any(body.get(name) for name in names)]
    if absent:
        raise Invalid(errors=[FieldError(f"/{name}", missing, "required") for name in absent])
