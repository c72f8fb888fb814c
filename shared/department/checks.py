"""The verifications of a case: claims that a register confirms or denies, sooner or later (pure).

    check  {id, name, resource, about (pointer), claim {zh, en}, mandatory, before [actions], needs,
            override_basis {zh, en} | None, digest, state, at, source, record, problem, override}
    state: pending, holds, fails. source: {provider, resource, version}, and record: the receipt of
    the evidence, once it is answered. problem: why it is still pending, the type of an error.
    override: {at, by, reasons}, of an official who decides without it.

Guarantees: a move that a mandatory check guards is not made while it is pending or has failed,
unless the law allows an override and an official has given reasons; an answer that is there stays,
whatever comes later. Does not: ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.access import Caller
from shared.case import ON_THE_DESK, TABLE, Case
from shared.department.facts import Fact
from shared.department.practice import Question, Verification
from shared.errors import Conflict, Forbidden, NotFound
from shared.text import Text

PENDING, HOLDS, FAILS = "pending", "holds", "fails"
STATES = (PENDING, HOLDS, FAILS)

Check = Mapping[str, Any]


def opened(verification: Verification, question: Question, id_: str, digest: str) -> dict[str, Any]:
    """The check of a question that is yet to be asked, or is answered by a known fact."""
    basis = verification.override
    check = {
        "id": id_,
        "name": verification.name,
        "resource": verification.resource,
        "about": question.about,
        "claim": verification.claim.both(),
        "mandatory": verification.mandatory,
        "before": list(verification.before),
        "needs": verification.needs,
        "override_basis": basis.both() if basis else None,
        "digest": digest,
        "state": PENDING,
        "at": None,
        "source": None,
        "record": None,
        "problem": None,
        "override": None,
    }
    return {**check, **_known(question.known)} if question.known else check


def _known(fact: Fact) -> dict[str, Any]:
    return {"state": HOLDS, "at": fact.at, "source": dict(fact.origin), "record": fact.record}


def carried(check: Check, former: Iterable[Check]) -> Check:
    """`check`, or the former one where the same was asked, and confirmed or overridden."""
    same = ("name", "digest")
    settled = (f for f in former if is_settled(f) and all(f[n] == check[n] for n in same))
    return next(settled, check) if check["state"] == PENDING else check


def answered(check: Check, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The check after `answer` {state, at, source, record}, or {problem} where there is none; what
    is answered already stays as it is."""
    if check["state"] != PENDING:
        return dict(check)
    return {**check, "problem": None, **answer}


def is_settled(check: Check) -> bool:
    """Whether the claim is confirmed, or an official answers for it."""
    return bool(check["state"] == HOLDS or check["override"])


def _blocks(check: Check) -> bool:
    return bool(check["mandatory"] and not is_settled(check))


def guard(case: Case, action: str) -> None:
    """`Conflict` where a mandatory check stands in the way of `action`; it names the check."""
    for check in case.get("checks", ()):
        if action in check["before"] and _blocks(check):
            raise Conflict(
                _refusal(check),
                type="check-failed" if check["state"] == FAILS else "check-pending",
                check=check["id"],
                resource=check["resource"],
                overridable=check["override_basis"] is not None,
            )


def _refusal(check: Check) -> Text:
    claim = Text(**check["claim"])
    if check["state"] == FAILS:
        return Text(f"核验不通过：{claim.zh}", f"Verified, and not so: {claim}")
    return Text(f"尚待核验：{claim.zh}", f"Not verified yet: {claim}")


def overridden(
    case: Case, id_: str, caller: Caller, reasons: list[str], now: datetime
) -> dict[str, Any]:
    """`case` after an official takes the decision without the check, as the law allows."""
    check = next((c for c in case.get("checks", ()) if c["id"] == id_), None)
    if check is None:
        raise NotFound(Text("没有这项核验", "There is no such check"))
    _may_override(check, caller)
    by = {"kind": caller.kind, "account": caller.subject, "name": caller.name}
    after = {**check, "override": {"at": now, "by": by, "reasons": reasons}}
    return {**case, "checks": [after if c is check else c for c in case["checks"]]}


def _may_override(check: Check, caller: Caller) -> None:
    if not any(caller.powers.intersection(TABLE[action].powers) for action in check["before"]):
        detail = Text("您无权作出所涉决定", "The decision that waits for it is not yours")
        raise Forbidden(detail)
    if check["override_basis"] is None:
        detail = Text("法律不允许不经核验作出决定", "No law allows a decision without this check")
        raise Conflict(detail, type="not-overridable")
    if not _blocks(check):
        detail = Text("该核验不妨碍办理", "This check stands in nobody's way")
        raise Conflict(detail, type="not-blocking")


def asking(case: Case) -> list[str]:
    """The resources that are yet to be asked for the case; none once it is off the desk."""
    return sorted({check["resource"] for check in to_ask(case)})


def to_ask(case: Case) -> list[Check]:
    """The checks that can be asked now: pending, and nothing that they need is open or failed."""
    if case["state"] not in ON_THE_DESK:
        return []
    checks = case.get("checks", ())
    unmet = {check["name"] for check in checks if check["state"] != HOLDS}
    return [c for c in checks if c["state"] == PENDING and c["needs"] not in unmet]
