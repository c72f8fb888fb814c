"""Entrypoints of Open311 GeoReport v2, each resource in XML and in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.feedback import georeport_schemas as schemas
from services.feedback import views
from services.feedback.answering import Answering
from services.feedback.domain.open311 import definitions, reading, rendering, services
from services.feedback.georeport_schemas import GeoReportQuery, RequestForm, RequestsQuery
from services.feedback.usecases import georeport
from shared.access import PUBLIC
from shared.entrypoints import Call, Reply, http
from shared.entrypoints.bodies import FORM
from shared.entrypoints.declaring import Method
from shared.errors import NotFound, ServiceError
from shared.schema import Schema
from shared.text import Text, say

ROOT = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-23 12:00"
"""When services and their definitions last changed (Service Discovery, changeset)."""
HOUR = 3600
AS_BAD_REQUEST = (412, 422, 428)
"""Told as 400: the standard knows 400, 403 and 404 (GeoReport v2, Errors)."""

Format = str


def refuses(error: ServiceError, language: str, path: str) -> Reply:
    """An error as Open311 tells it, in the format that was asked for."""
    format_ = "json" if path.endswith(".json") else "xml"
    status = 400 if error.status in AS_BAD_REQUEST else error.status
    told = [f"{e.pointer[1:]}: {say(e.detail, language)}" for e in error.errors]
    words = told or [say(error.detail, language)]
    body = rendering.errors(status, words, format_)
    return Reply(body, status=status, media_type=rendering.MEDIA_TYPES[format_])


def _told(format_: Format, reply: type[Schema]) -> dict[str, Any]:
    """How an answer is declared: JSON by its schema."""
    if format_ == "json":
        return {"produces": "application/json", "reply": reply}
    return {"produces": rendering.XML}


def _reads(
    path: str, format_: Format, summary: str, reply: type[Schema], **more: Any
) -> Callable[[Method], Method]:
    return http(
        "GET",
        f"{ROOT}/{path}.{format_}",
        who=PUBLIC,
        refuses=refuses,
        summary=f"Open311: {summary} ({format_.upper()})",
        **{"query": GeoReportQuery, **_told(format_, reply), **more},
    )


def _submits(format_: Format) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"{ROOT}/requests.{format_}",
        who=PUBLIC,
        body=RequestForm,
        query=GeoReportQuery,
        consumes=FORM,
        refuses=refuses,
        summary=f"Open311: submit a service request ({format_.upper()})",
        **_told(format_, schemas.Receipts),
    )


class GeoReporting(Answering):
    """Needs what `Answering` needs."""

    @_reads("discovery", "xml", "service discovery", schemas.Discovery, cache=HOUR)
    def discovery_xml(self, call: Call) -> Reply:
        return self._discovery(call, "xml")

    @_reads("discovery", "json", "service discovery", schemas.Discovery, cache=HOUR)
    def discovery_json(self, call: Call) -> Reply:
        return self._discovery(call, "json")

    @_reads("services", "xml", "the services", schemas.Services, cache=HOUR)
    def services_xml(self, call: Call) -> Reply:
        return self._services(call, "xml")

    @_reads("services", "json", "the services", schemas.Services, cache=HOUR)
    def services_json(self, call: Call) -> Reply:
        return self._services(call, "json")

    @_reads(
        "services/<service_code>",
        "xml",
        "the definition of a service",
        schemas.Definition,
        cache=HOUR,
    )
    def definition_xml(self, call: Call, service_code: str) -> Reply:
        return self._definition(call, service_code, "xml")

    @_reads(
        "services/<service_code>",
        "json",
        "the definition of a service",
        schemas.Definition,
        cache=HOUR,
    )
    def definition_json(self, call: Call, service_code: str) -> Reply:
        return self._definition(call, service_code, "json")

    @_submits("xml")
    def submit_xml(self, call: Call) -> Reply:
        return self._submit(call, "xml")

    @_submits("json")
    def submit_json(self, call: Call) -> Reply:
        return self._submit(call, "json")

    @_reads("requests", "xml", "service requests", schemas.Requests, query=RequestsQuery)
    def requests_xml(self, call: Call) -> Reply:
        return self._requests(call, "xml")

    @_reads("requests", "json", "service requests", schemas.Requests, query=RequestsQuery)
    def requests_json(self, call: Call) -> Reply:
        return self._requests(call, "json")

    @_reads("requests/<request_id>", "xml", "a service request", schemas.Requests)
    def request_xml(self, call: Call, request_id: str) -> Reply:
        return self._request(call, request_id, "xml")

    @_reads("requests/<request_id>", "json", "a service request", schemas.Requests)
    def request_json(self, call: Call, request_id: str) -> Reply:
        return self._request(call, request_id, "json")

    @_reads("tokens/<token>", "xml", "the id of a request from its token", schemas.Tokens)
    def token_xml(self, call: Call, token: str) -> Reply:
        return self._token(call, token, "xml")

    @_reads("tokens/<token>", "json", "the id of a request from its token", schemas.Tokens)
    def token_json(self, call: Call, token: str) -> Reply:
        return self._token(call, token, "json")

    @http(
        "GET",
        f"{ROOT}/<path:rest>",
        who=PUBLIC,
        query=GeoReportQuery,
        produces=rendering.XML,
        refuses=refuses,
        summary="Open311: whatever else is asked for is not found",
    )
    def nothing_there(self, call: Call, rest: str) -> Reply:
        raise NotFound(Text("没有这个地址", "There is nothing at this address"))

    def _discovery(self, call: Call, format_: Format) -> Reply:
        endpoint = {
            "specification": SPECIFICATION,
            "url": f"{call.base_url}/feedback{ROOT}",
            "changeset": CHANGED,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }
        key_service = Text("向平台运营方申请 api_key", "Ask the operator of the platform for a key")
        told = {
            "changeset": CHANGED,
            "contact": str(self.config["OPEN311_CONTACT"]),
            "key_service": key_service.say(call.language),
            "endpoints": [endpoint],
        }
        return _reply("discovery", told, format_)

    def _services(self, call: Call, format_: Format) -> Reply:
        self._here(call)
        found = [definitions.listed(one, call.language) for one in services.SERVICES.values()]
        return _reply("services", found, format_)

    def _definition(self, call: Call, service_code: str, format_: Format) -> Reply:
        self._here(call)
        service = reading.service_of(service_code)
        told = definitions.definition(service, call.language)
        return _reply("service_definition", told, format_)

    def _submit(self, call: Call, format_: Format) -> Reply:
        one = georeport.submit(self.office, call)
        account = call.body.get("account_id")
        told = views.receipt(one, account, call.language)
        return _reply("service_requests", [told], format_)

    def _requests(self, call: Call, format_: Format) -> Reply:
        found = georeport.listed(self.office, call)
        told = [views.open311(one, call.language) for one in found]
        return _reply("service_requests", told, format_)

    def _request(self, call: Call, id_: str, format_: Format) -> Reply:
        one = georeport.one_of(self.office, call, id_)
        own = georeport.own_words(self.office, call, one)
        return _reply("service_requests", [views.open311(one, call.language, own)], format_)

    def _token(self, call: Call, token: str, format_: Format) -> Reply:
        one = georeport.of_token(self.office, call, token)
        told = {"service_request_id": one["_id"], "token": token}
        return _reply("service_requests", [told], format_)

    def _here(self, call: Call) -> None:
        reading.require_jurisdiction(call.query.get("jurisdiction_id"), self.office.jurisdiction)


def _reply(root: str, value: Any, format_: Format) -> Reply:
    body = rendering.rendered(root, value, format_)
    return Reply(body, media_type=rendering.MEDIA_TYPES[format_])
