"""The entrypoints of electronic business licences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode

from eventlet import tpool

from services.enterprise import page, paper, views
from services.enterprise.schemas import (
    Jwks,
    Licence,
    Ruling,
    SignedLicence,
    TokenQuery,
    Verification,
)
from services.enterprise.tools import ToolBox
from services.enterprise.usecases import licences
from shared.access import PUBLIC, SIGNED_IN, official
from shared.documents import Document
from shared.entrypoints import Call, Reply, http
from shared.entrypoints.declaring import Method

JSON = "application/json"
VERIFICATION = "/enterprise/licences/verification"


def _rules(ruling: str, summary: str) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"/licences/<number>/{ruling}",
        who=official("approve", "administer"),
        body=Ruling,
        reply=Licence,
        moves=True,
        summary=summary,
    )


class Licensing:
    """Mixed into the service; `store` is the service's own."""

    store: ClassVar[Any]
    tools = ToolBox()

    @http(
        "GET",
        "/licences/jwks.json",
        who=PUBLIC,
        reply=Jwks,
        cache=300,
        summary="The public keys that licences are verified with (RFC 7517)",
    )
    def licence_keys(self, call: Call) -> dict[str, Any]:
        return licences.jwks(self.tools)

    @http(
        "GET",
        "/licences/verification",
        who=PUBLIC,
        query=TokenQuery,
        reply=Verification,
        produces="text/html",
        summary="Check a licence: valid, suspended, revoked, expired or forged (HTML, or JSON)",
    )
    def verify_licence(self, call: Call) -> Reply:
        verdict, found = licences.verify(self.store, self.tools, call.query["token"], call.now)
        answer = views.verification(verdict, found, call.now)
        if JSON in (call.headers.get("Accept") or ""):
            return Reply(answer, headers={"Vary": "Accept"})
        html = page.verification_page(answer)
        return Reply(html, media_type="text/html", headers={"Content-Security-Policy": page.POLICY})

    @http(
        "GET",
        "/licences/<number>",
        who=PUBLIC,
        reply=Licence,
        summary="A licence as the public sees it",
    )
    def read_licence(self, call: Call, number: str) -> Reply:
        found = licences.read(self.store, number)
        return Reply(views.licence(found, call.now), version=found["version"])

    @http(
        "GET",
        "/licences/<number>/signed",
        who=SIGNED_IN,
        reply=SignedLicence,
        summary="A licence with its signature (compact JWS), for its holder",
    )
    def read_signed_licence(self, call: Call, number: str) -> Reply:
        found = licences.held_by(self.store, call.signed_in, number)
        return Reply(views.signed_licence(found, call.now), version=found["version"])

    @http(
        "GET",
        "/licences/<number>.pdf",
        who=SIGNED_IN,
        produces="application/pdf",
        summary="A licence on paper with its QR code, for its holder",
    )
    def print_licence(self, call: Call, number: str) -> Reply:
        found = licences.held_by(self.store, call.signed_in, number)
        shown = views.licence(found, call.now)
        url = f"{call.base_url}{VERIFICATION}?{urlencode({'token': found['token']})}"
        pdf = tpool.execute(paper.render, shown, shown["status"], url)
        name = {"Content-Disposition": f'inline; filename="{found["number"]}.pdf"'}
        return Reply(pdf, media_type="application/pdf", headers=name)

    @_rules("revocation", "Revoke a licence, with reasons")
    def revoke_licence(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "revocation")

    @_rules("suspension", "Suspend a licence, with reasons")
    def suspend_licence(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "suspension")

    @_rules("reinstatement", "Put a suspended licence in force again")
    def reinstate_licence(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "reinstatement")

    def _ruled(self, call: Call, number: str, ruling: str) -> Reply:
        found: Document = licences.rule(self.store, call, number, ruling)
        return Reply(views.licence(found, call.now), version=found["version"])
