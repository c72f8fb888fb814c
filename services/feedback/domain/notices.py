"""Notices: what people and desks are told, made from events by tables.

Guarantees: both languages; no names and no personal numbers; an event of a department nobody knew
of is worded as well as any. Does not: choose a way to deliver (inbox, stream, e-mail).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.division import ancestors
from shared.text import Text


class Notice(NamedTuple):
    """To a person (`to` is "person:<account>") or a desk ("desk:<department>/<division>").

    needs: powers of which an official of the desk must hold one; empty: every official.
    kind: ``<service>.<noun>.<participle>`` of the event. about: where to look (a path).
    """

    to: str
    kind: str
    title: Text
    body: Text
    about: str
    needs: tuple[str, ...] = ()


def person(account: str) -> str:
    return f"person:{account}"


def desk(department: str, division: str) -> str:
    return f"desk:{department}/{division}"


CASES: Mapping[str, tuple[Text, Text]] = {
    "submitted": (Text("已提交", "Submitted"), Text("等待受理", "it waits for acceptance")),
    "accepted": (Text("已受理", "Accepted"), Text("已进入办理", "it is being handled")),
    "returned": (
        Text("需要补正", "Corrections needed"),
        Text("请按一次性告知的内容补正后再次提交", "please complete it and submit it again"),
    ),
    "resubmitted": (Text("已再次提交", "Submitted again"), Text("等待受理", "it waits")),
    "declined": (Text("不予受理", "Declined"), Text("理由见办件详情", "the case has the reasons")),
    "started": (Text("开始办理", "Handling begun"), Text("正在办理", "it is being handled")),
    "suspended": (
        Text("进入特别程序", "Special procedure"),
        Text(
            "办理时限中止，书面通知见办件详情", "the clock stands still; the notice is in the case"
        ),
    ),
    "resumed": (Text("恢复办理", "Resumed"), Text("时限继续计算", "the clock runs again")),
    "extended": (
        Text("延长办理期限", "Limit extended"),
        Text("理由见办件详情", "the case has the reasons"),
    ),
    "approved": (Text("准予", "Approved"), Text("正在制作结果", "the result is being made")),
    "refused": (
        Text("不予许可", "Refused"),
        Text("理由与救济途径见办件详情", "the case has the reasons and the remedies"),
    ),
    "closed": (
        Text("已办结", "Closed"),
        Text("结果见办件详情，请您评价本次服务", "see the result, and please evaluate the service"),
    ),
    "withdrawn": (Text("已撤回", "Withdrawn"), Text("申请已终止", "the application has ended")),
    "reopened": (
        Text("重新办理", "Reopened"),
        Text("您的投诉成立，办件重新办理", "your complaint was upheld; it is handled again"),
    ),
}
"""What an applicant is told of each move: title, and what follows the number."""

BETWEEN_AUTHORITIES = Text("结果见申请详情", "see the result")
"""What follows "closed" where nobody evaluates."""

TO_DESKS = ("submitted", "resubmitted")
"""Moves that wait for somebody to accept them; an item done at once (no days promised) does not."""


def of_case(type_: str, case: str, data: Mapping[str, Any]) -> Iterator[Notice]:
    """The notices of a case's move. data: number, department, division, applicant."""
    service, _, participle = type_.split(".")[:3]
    title, follows = CASES.get(
        participle, (Text("办件有新进展", "News of your case"), Text("", ""))
    )
    if data.get("internal") and participle == "closed":
        follows = BETWEEN_AUTHORITIES
    number, about = data["number"], f"/{service}/cases/{case}"
    kind = f"{service}.case.{participle}"
    body = Text(
        f"您的办件 {number}：{title.zh}。{follows.zh}",
        f"Your case {number}: {str(title).lower()}; {follows}".rstrip("; "),
    )
    yield Notice(person(data["applicant"]), kind, title, body, about)
    if participle in TO_DESKS and data["promised_days"]:
        yield Notice(
            desk(data["department"], data["division"]),
            kind,
            Text("待受理办件", "A case waits for acceptance"),
            Text(f"办件 {number} 等待受理", f"Case {number} waits for acceptance"),
            about,
            ("accept",),
        )


LATER = ("review", "approve")

RECTIFICATIONS: Mapping[str, tuple[Text, Text]] = {
    "opened": (
        Text("差评整改", "A bad evaluation to put right"),
        Text("请在 {call_back_due} 前回访、{rectify_due} 前整改答复",
             "call back by {call_back_due}, put it right and answer by {rectify_due}"),
    ),
    "delayed": (
        Text("差评整改逾期", "A rectification is overdue"),
        Text("期限为回访 {call_back_due}、整改 {rectify_due}",
             "due were: call back {call_back_due}, answer {rectify_due}"),
    ),
}  # fmt: skip


def of_rectification(
    type_: str, id_: str, data: Mapping[str, Any], applicant: str
) -> Iterator[Notice]:
    """To the desk when one opens or is late (then the superior's, too), the person in the end."""
    participle = type_.split(".")[2]
    about, kind = f"/feedback/rectifications/{id_}", f"feedback.rectification.{participle}"
    if participle in RECTIFICATIONS:
        title, words = RECTIFICATIONS[participle]
        follows = Text(words.zh.format(**data), words.format(**data))
        body = Text(f"办件 {data['number']}：{follows.zh}", f"Case {data['number']}: {follows}")
        for place in _told(participle, data["division"]):
            yield Notice(desk(data["department"], place), kind, title, body, about, LATER)
    if participle == "replied":
        body = Text(
            f"您对办件 {data['number']} 的评价已整改答复，可以再次评价",
            f"Your evaluation of case {data['number']} was answered; you may evaluate it again",
        )
        about = f"/feedback/cases/{data['case']}/evaluation"
        yield Notice(person(applicant), kind, Text("评价已答复", "Answered"), body, about)


def _told(participle: str, division: str) -> Sequence[str]:
    """The desk of `division`; the one above it as well where something is late."""
    return ancestors(division)[: 2 if participle == "delayed" else 1]


REQUESTS: Mapping[str, tuple[Text, Text]] = {
    "submitted": (Text("新的诉求", "A new request"), Text("{id}，{due} 前答复", "{id}, due {due}")),
    "transferred": (Text("转来的诉求", "A request passed on"),
                    Text("{id}，{due} 前答复", "{id}, due {due}")),
    "delayed": (Text("诉求答复逾期", "An answer is overdue"),
                Text("{id}，期限 {due}", "{id}, was due {due}")),
}  # fmt: skip
ANSWERS: Mapping[str, Text] = {
    "answered": Text("您的诉求 {id} 已答复", "Your request {id} has been answered"),
    "upheld": Text("您的投诉 {id} 成立，办件将重新办理", "Your complaint {id} was upheld"),
    "dismissed": Text("您的投诉 {id} 不成立，理由见详情", "Your complaint {id} was dismissed"),
}


def of_request(type_: str, id_: str, data: Mapping[str, Any]) -> Iterator[Notice]:
    """To the desk when one comes in or is late; to the person when it is answered."""
    _, noun, participle = type_.split(".")[:3]
    kind, about = f"feedback.{noun}.{participle}", f"/feedback/requests/{id_}"
    told = {"id": id_, "due": data["due"]}
    if participle in REQUESTS:
        title, words = REQUESTS[participle]
        body = Text(words.zh.format(**told), words.format(**told))
        needs = ("approve",) if data["about_case"] else ()
        for place in _told(participle, data["division"]):
            yield Notice(desk(data["department"], place), kind, title, body, about, needs)
    if participle in ANSWERS and data["account"]:
        words = ANSWERS[participle]
        body = Text(words.zh.format(**told), words.format(**told))
        yield Notice(person(data["account"]), kind, Text("诉求已答复", "Answered"), body, about)


CLOCKS: Mapping[str, Text] = {
    "acceptance": Text("受理期限", "acceptance"),
    "statutory": Text("法定期限", "the statutory limit"),
    "promised": Text("承诺期限", "the promised limit"),
    "delivery": Text("送达期限", "delivery"),
    "step": Text("环节期限", "this step"),
    "reasons": Text("说明理由", "reasons"),
}


def of_supervision(type_: str, data: Mapping[str, Any]) -> Iterator[Notice]:
    """A warning to the case's own desk; an escalation to the superior's."""
    escalated = ".escalated." in type_
    clock = CLOCKS.get(data["clock"], Text(data["clock"], data["clock"]))
    title = (
        Text("超期督办", "Overdue: escalated") if escalated else Text("时限预警", "Deadline near")
    )
    body = Text(
        f"办件 {data['number']}：{clock.zh} {data['due'] or ''}",
        f"Case {data['number']}: {clock}, due {data['due'] or 'at once'}",
    )
    where = data["to_division"] if escalated else data["division"]
    kind = ".".join(type_.split(".")[:3])
    about = f"/{data['service']}/cases/{data['case']}"
    yield Notice(desk(data["department"], where), kind, title, body, about)


def of_notice(type_: str, data: Mapping[str, Any]) -> Iterator[Notice]:
    """What another service has worded itself."""
    title, body = (Text(**data[name]) for name in ("title", "body"))
    kind = ".".join(type_.split(".")[:3])
    yield Notice(person(data["account"]), kind, title, body, data["about"])
