"""The lifecycle of a case (办件) as one table (pure).

Guarantees: `TABLE` is the whole lifecycle; a move that is not in it raises `IllegalMove` with the
legal ones named. Does not: make a move (`shared.case.moving`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.access import Caller
from shared.errors import IllegalMove
from shared.text import Text

Case = Mapping[str, Any]
"""A case as it is stored; `shared.case.opened` says which members it has."""

NEW = "new"
"""The state of a case that has not made a move yet; no stored case is in it."""


SYSTEM = {"kind": "system", "account": "system", "name": "system"}
"""Who makes the moves that no person makes, as histories keep it."""


class Move(NamedTuple):
    """A legal move. who: "applicant", "official", "system"; an official holds one of `powers`."""

    action: str
    sources: frozenset[str]
    target: str
    who: frozenset[str]
    powers: tuple[str, ...]
    participle: str
    name: Text


def _move(
    action: str,
    sources: str,
    target: str,
    who: str,
    participle: str,
    zh: str,
    powers: str = "",
) -> Move:
    name = Text(zh, participle.replace("-", " ").capitalize())
    return Move(
        action,
        frozenset(sources.split()),
        target,
        frozenset(who.split()),
        tuple(powers.split()),
        participle,
        name,
    )


OFFICIAL, EITHER = "official", "official system"
ANY, LATER = "accept review approve", "review approve"
"""Who moves a case, and powers of which one is enough."""

TABLE: Mapping[str, Move] = {
    move.action: move
    for move in (
        _move("draft", NEW, "draft", "applicant", "drafted", "暂存"),
        _move("submit", f"{NEW} draft", "submitted", "applicant", "submitted", "提交申请"),
        _move("accept", "submitted", "accepted", EITHER, "accepted", "受理", "accept"),
        _move("return", "submitted", "returned", OFFICIAL, "returned", "一次性告知补正", "accept"),
        _move("resubmit", "returned", "submitted", "applicant", "resubmitted", "补正后再次提交"),
        _move("decline", "submitted", "declined", OFFICIAL, "declined", "不予受理", "accept"),
        _move("start", "accepted", "processing", EITHER, "started", "开始办理", ANY),
        _move("suspend", "processing", "suspended", OFFICIAL, "suspended", "特别程序", LATER),
        _move("resume", "suspended", "processing", OFFICIAL, "resumed", "恢复办理", LATER),
        _move("extend", "processing", "processing", OFFICIAL, "extended", "延长期限", "approve"),
        _move("approve", "processing", "approved", EITHER, "approved", "准予", "approve"),
        _move("refuse", "processing", "refused", EITHER, "refused", "不予许可", "approve"),
        _move("deliver", "approved refused", "closed", "system", "closed", "送达办结"),
        _move(
            "withdraw", "draft submitted returned accepted processing", "withdrawn", "applicant",
            "withdrawn", "撤回申请",
        ),
        _move("reopen", "closed", "processing", "system", "reopened", "重新办理"),
    )
}  # fmt: skip

STATES = tuple(dict.fromkeys(m.target for m in TABLE.values()))
ON_THE_DESK = frozenset({"submitted", "accepted", "processing", "suspended"})
"""States in which officials have something to do; these cases are on the work list."""
PARTICIPLES = tuple(dict.fromkeys(m.participle for m in TABLE.values() if m.action != "draft"))


def legal_moves(state: str) -> list[str]:
    """The actions that `state` allows."""
    return [move.action for move in TABLE.values() if state in move.sources]


def open_to(caller: Caller, case: Case) -> list[str]:
    """The actions that `case` allows `caller`, by the kind of account and its powers."""
    role = "official" if caller.kind == "official" else "applicant"
    return [
        move.action
        for move in TABLE.values()
        if case["state"] in move.sources
        and role in move.who
        and not (move.action == "extend" and case.get("extended"))
        and (role == "applicant" or caller.powers.intersection(move.powers))
    ]


def legal_move(state: str, action: str) -> Move:
    """The move `action` from `state`, or `IllegalMove` naming the legal ones."""
    move = TABLE[action]
    if state not in move.sources:
        legal = legal_moves(state)
        raise IllegalMove(
            Text(
                f"当前状态“{state}”不能“{action}”；可以：{'、'.join(legal) or '无'}",
                f"A case that is {state} cannot {action}; legal: {', '.join(legal) or 'none'}",
            ),
            legal=legal,
        )
    return move
