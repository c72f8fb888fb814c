"""Demo accounts of the local platform: ``python -m services.identity.seed http://localhost:8000``.

Guarantees: can be repeated; every account signs in with the demo password afterwards.
Does not: belong anywhere else than on the local platform: the password is public.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Any

import requests

from services.identity.bootstrap import bootstrap
from services.identity.commands import prepared

PASSWORD = "Hunan-demo-2026"  # noqa: S105 (public by purpose)
PROVISIONAL = "Provisional-demo-2026"
PATIENCE = 60
"""Seconds for one answer."""

CITIZENS: list[dict[str, Any]] = [
    {"name": "张伟", "phone": "13800000001", "identity_number": "430104199001010019"},
    {"name": "李娜", "phone": "13800000002", "identity_number": "430104199202020029"},
]
ADMINISTRATOR = {"name": "周管理", "phone": "13900000009"}
REGISTRY = "market-regulation"
OFFICIALS: list[dict[str, Any]] = [
    {"name": "王受理", "phone": "13900000001", "department": REGISTRY, "division": "430104",
     "powers": ["accept", "review"]},
    {"name": "赵审批", "phone": "13900000002", "department": REGISTRY, "division": "430104",
     "powers": ["approve"]},
    {"name": "孙雨花", "phone": "13900000003", "department": REGISTRY, "division": "430111",
     "powers": ["accept", "review", "approve"]},
    {"name": "岳抽查", "phone": "13900000032", "department": REGISTRY, "division": "430104",
     "powers": ["supervise"]},
    {"name": "刘招生", "phone": "13900000011", "department": "education", "division": "430104",
     "powers": ["accept", "review"]},
    {"name": "陈督学", "phone": "13900000012", "department": "education", "division": "430104",
     "powers": ["approve"]},
    {"name": "何卫健", "phone": "13900000021", "department": "health", "division": "430104",
     "powers": ["accept", "review"]},
    {"name": "曾主任", "phone": "13900000022", "department": "health", "division": "430104",
     "powers": ["approve"]},
    {"name": "彭户政", "phone": "13900000051", "department": "public-security",
     "division": "430100", "powers": ["accept", "review", "approve"]},
    {"name": "谭效能", "phone": "13900000031", "department": "platform", "division": "430000",
     "powers": ["supervise"]},
]  # fmt: skip

WARDS: list[dict[str, Any]] = [
    {"guardian_identity_number": "430104199001010019", "child_name": "张小禾",
     "child_identity_number": "43010420200618002X", "child_born": "2020-06-18"},
    {"guardian_identity_number": "430104199001010019", "child_name": "张小满",
     "child_identity_number": "430104202309090064", "child_born": "2023-09-09"},
    {"guardian_identity_number": "430104199202020029", "child_name": "陈一诺",
     "child_identity_number": "430104202102030048", "child_born": "2021-02-03"},
]  # fmt: skip
"""Children, of whom the second is too young for school."""


class Refused(RuntimeError):
    """The service refused what the seed asked: status and problem."""


def seed(base_url: str) -> list[str]:
    """Make what is missing; one line for each account."""
    bootstrap(*prepared(), {**ADMINISTRATOR, "password": PROVISIONAL})
    token = _own_password(base_url, ADMINISTRATOR["phone"])
    for citizen in CITIZENS:
        _ensure(base_url, "/accounts", citizen, {})
    for official in OFFICIALS:
        _appoint(base_url, official, token)
    for ward in WARDS:
        _guard(base_url, ward, token)
    lines = [_line(one) for one in (*CITIZENS, *OFFICIALS, ADMINISTRATOR)]
    return [*lines, *(_ward_line(ward) for ward in WARDS)]


def _guard(base_url: str, ward: dict[str, Any], token: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": f"seed-{ward['child_identity_number']}",
    }
    body = {**ward, "relation": "parent", "from_day": ward["child_born"]}
    _checked(_post(base_url, "/guardianships", body, headers))


def _ward_line(ward: dict[str, Any]) -> str:
    child, guardian = ward["child_identity_number"], ward["guardian_identity_number"]
    return f"{child}  {ward['child_name']}  (child of {guardian})"


def _appoint(base_url: str, official: dict[str, Any], token: str) -> None:
    if _sign_in(base_url, official["phone"], PASSWORD) is None:
        headers = {"Authorization": f"Bearer {token}"}
        _ensure(base_url, "/officials", official, headers, PROVISIONAL)
        _own_password(base_url, official["phone"])


def _own_password(base_url: str, phone: str) -> str:
    """An access token of the official, who has the demo password now."""
    if token := _sign_in(base_url, phone, PASSWORD):
        return token
    token = _sign_in(base_url, phone, PROVISIONAL)
    body = {"current_password": PROVISIONAL, "new_password": PASSWORD}
    changed = _post(base_url, "/me/password", body, {"Authorization": f"Bearer {token}"})
    return str(_checked(changed)["access_token"])


def _ensure(
    base_url: str,
    path: str,
    account: dict[str, Any],
    headers: dict[str, str],
    password: str = PASSWORD,
) -> None:
    key = {"Idempotency-Key": f"seed-{account['phone']}"}
    _checked(_post(base_url, path, {**account, "password": password}, {**headers, **key}))


def _sign_in(base_url: str, phone: str, password: str) -> str | None:
    body = {"grant_type": "password", "login": phone, "password": password}
    answer = _post(base_url, "/tokens", body, {})
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        return None
    return str(_checked(answer)["access_token"])


def _post(
    base_url: str, path: str, body: dict[str, Any], headers: dict[str, str]
) -> requests.Response:
    return requests.post(f"{base_url}/identity{path}", json=body, headers=headers, timeout=PATIENCE)


def _checked(answer: requests.Response) -> dict[str, Any]:
    if not answer.ok:
        raise Refused(f"{answer.url}: {answer.status_code} {answer.text}")
    body: dict[str, Any] = answer.json()
    return body


def _line(account: dict[str, Any]) -> str:
    powers = ", ".join(account.get("powers", ()))
    if "department" in account:
        role = f"official, {account['department']} {account['division']}: {powers}"
    else:
        role = "citizen" if "identity_number" in account else "administrator"
    return f"{account['phone']}  {PASSWORD}  {account['name']}  ({role})"


if __name__ == "__main__":
    print("\n".join(seed(sys.argv[1])))
