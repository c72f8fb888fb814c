"""A member's connection to the exchange, and how it comes about (pure).

    node   {_id "GOV/education", class, code, name{zh, en}, level, planned_on, state,
            history [{at, on, action, by, reason}], since {state: day}, adapter, service, url, tls,
            contact, keys [Key], waiting [Key]}
    Key    {kid, jwk, subsystem, since, until}   times; until: None while it is good
    adapter: "amqp" (`service` answers by RPC), "http" (`url`, `tls`), None while it is planned.

Guarantees: `MOVES` is the whole life of a node; a move that is not in it raises `IllegalMove` with
the legal ones named; every move is kept with its day, so that the state on any day can be told.
Does not: measure (`pulse`), or check who moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.clock import local_day
from shared.errors import IllegalMove
from shared.text import Text

Node = Mapping[str, Any]

STATES = ("planned", "testing", "connected", "suspended")
ADAPTERS = ("amqp", "http")


class Move(NamedTuple):
    """A legal move; `reasoned`: it needs a reason."""

    source: str
    target: str
    name: Text
    reasoned: bool = False


MOVES: Mapping[str, Move] = {
    "test": Move("planned", "testing", Text("进入联调", "Begin testing")),
    "connect": Move("testing", "connected", Text("正式接入", "Connect")),
    "suspend": Move("connected", "suspended", Text("暂停接入", "Suspend"), reasoned=True),
    "resume": Move("suspended", "connected", Text("恢复接入", "Resume")),
}


def legal_moves(state: str) -> list[str]:
    """The moves that `state` allows."""
    return [action for action, move in MOVES.items() if move.source == state]


def moved(
    node: Node, action: str, by: str, now: datetime, reason: str | None = None
) -> dict[str, Any]:
    """`node` after `action`, or `IllegalMove`. by: an account, or "system"."""
    move = MOVES[action]
    if node["state"] != move.source:
        legal = legal_moves(node["state"])
        detail = Text(
            f"节点状态为“{node['state']}”，不能“{action}”；可以：{'、'.join(legal) or '无'}",
            f"A node that is {node['state']} cannot {action}; legal: {', '.join(legal) or 'none'}",
        )
        raise IllegalMove(detail, legal=legal)
    day = local_day(now).isoformat()
    entry = {"at": now, "on": day, "action": action, "by": by, "reason": reason}
    return {
        **node,
        "state": move.target,
        "history": [*node["history"], entry],
        "since": {**node["since"], move.target: day},
    }


def state_on(node: Node, day: str) -> str:
    """The state in which the node ended `day` (ISO); "planned" before its first move."""
    done = [MOVES[entry["action"]].target for entry in node["history"] if entry["on"] <= day]
    return done[-1] if done else "planned"


def key_of(node: Node, kid: str, at: datetime) -> Mapping[str, Any] | None:
    """The key `kid` of the node if it was good at `at`; None where it was not, or is none of its.

    Its `subsystem` is the only one that it signs for.
    """
    return next((key for key in node["keys"] if key["kid"] == kid and _good(key, at)), None)


def _good(key: Mapping[str, Any], at: datetime) -> bool:
    return key["since"] <= at and (key["until"] is None or at < key["until"])
