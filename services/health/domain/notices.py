"""What patients are told about their appointments (pure).

Guarantees: no name and no number of a person is in a notice. Does not: deliver it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.health.domain.appointments import CANCELLATIONS
from shared.clock import CHINA
from shared.notice import notice
from shared.text import Text

TITLES: Mapping[str, Text] = {
    "booked": Text("预约成功", "Your appointment is booked"),
    "waitlist": Text("已进入候补", "You are on the waiting list"),
    "pending": Text("候补到号，请及时答复", "A slot is free for you: please answer"),
    "cancelled": Text("预约已取消", "Your appointment is cancelled"),
    "noshow": Text("已登记为未就诊", "You were noted as not having come"),
}


def of(appointment: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The notice of the last change of `appointment`; None where it says nothing new."""
    title = TITLES.get(appointment["status"])
    if title is None:
        return None
    id_ = f"{appointment['_id']}-{len(appointment['history'])}"
    account, about = appointment["patient"], appointment["_id"]
    return notice("health", id_, account, title, _body(appointment), about, now)


def _body(appointment: Mapping[str, Any]) -> Text:
    when = _clock(appointment["start"]) if "start" in appointment else appointment["day"]
    if appointment["status"] == "cancelled":
        _, why = CANCELLATIONS[appointment["cancelled_for"]]
        return Text(f"就诊时间：{when}。原因：{why.zh}", f"Time: {when}. Reason: {why}")
    if appointment["status"] == "pending":
        until = _clock(appointment["due"])
        return Text(
            f"就诊时间：{when}。请于 {until} 前答复，逾期将转给下一位。",
            f"Time: {when}. Answer before {until}, or it goes to the next in line.",
        )
    return Text(f"就诊时间：{when}", f"Time: {when}")


def _clock(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
