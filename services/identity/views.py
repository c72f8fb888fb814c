"""Documents as answers show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.identity.domain.clients import live
from services.identity.domain.guardianships import in_force
from services.identity.domain.jwks import ALGORITHMS, algorithm, thumbprint
from services.identity.domain.registration import today
from services.identity.schemas import GRANT_TYPES
from shared.access import SCOPES

Document = Mapping[str, Any]


def account(document: Document) -> dict[str, Any]:
    """An account with its numbers masked."""
    plain = ("kind", "name", "status", "department", "division", "powers", "provisional")
    return {
        "id": document["_id"],
        **{field: document[field] for field in plain},
        "identity_number": document["masked"].get("identity_number"),
        "phone": document["masked"]["phone"],
        "registered_at": document["history"][0]["at"],
    }


def own_account(document: Document, numbers: Mapping[str, str]) -> dict[str, Any]:
    """One's own account, with the numbers in the clear."""
    return account(document) | {"identity_number": None} | dict(numbers)


def history(document: Document) -> dict[str, Any]:
    """All entries, the newest first."""
    return {"items": list(reversed(document["history"]))}


def agent(appointment: Document) -> dict[str, Any]:
    """An appointment with the agent's number masked."""
    plain = ("id", "name", "scopes", "until", "appointed_at", "ended_at")
    return {**{f: appointment[f] for f in plain}, "identity_number": appointment["masked"]}


def guardianship(record: Document, now: datetime) -> dict[str, Any]:
    """A guardianship with the child's number masked."""
    plain = ("guardian", "child_name", "child_born", "relation", "from_day", "until_day", "version")
    return {
        "id": record["_id"],
        **{name: record[name] for name in plain},
        "child_identity_number": record["masked"],
        "in_force": in_force(record, today(now)),
    }


def client(document: Document, now: datetime) -> dict[str, Any]:
    """A client with the credentials that are good at `now`."""
    plain = ("client_id", "name", "department", "division", "scopes", "contact", "status")
    return {
        **{field: document[field] for field in (*plain, "version")},
        "keys": [_key(key) for key in live(document["keys"], now)],
        "secrets": [
            {"since": s["since"], "until": s["until"]} for s in live(document["secrets"], now)
        ],
        "registered_at": document["history"][0]["at"],
    }


def _key(key: Document) -> dict[str, Any]:
    plain = {field: key[field] for field in ("kid", "since", "until")}
    return {**plain, "alg": algorithm(key), "thumbprint": thumbprint(key)}


def metadata(issuer: str, base_url: str) -> dict[str, Any]:
    """How clients find their way (RFC 8414)."""
    home = f"{base_url}/identity"
    return {
        "issuer": issuer,
        "token_endpoint": f"{home}/tokens",
        "revocation_endpoint": f"{home}/tokens/revocation",
        "jwks_uri": f"{home}/.well-known/jwks.json",
        "response_types_supported": [],
        "grant_types_supported": list(GRANT_TYPES),
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": [
            "none",
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": ["none"],
        "ui_locales_supported": ["zh", "en"],
    }
