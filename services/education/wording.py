"""What parents are told, in both languages; no names of persons and no numbers of theirs (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.education.domain.priority import CLASSES
from shared.text import Text

Words = tuple[Text, Text]
Enrolment = Mapping[str, Any]

COORDINATION = Text(
    "教育行政部门将依照《义务教育法》第十二条另行统筹安排入学，请与其联系",
    "The education department arranges a place elsewhere (Compulsory Education Law, Art. 12); "
    "please turn to it",
)


def told(enrolment: Enrolment, entry: Mapping[str, Any]) -> Words | None:
    """Title and body of what the parent is told of `entry`, or None."""
    make = NOTICES.get(entry["action"])
    return make(entry) if make else None


def _offer(entry: Mapping[str, Any]) -> Words:
    school, until = entry["school"], entry["answer_by"]
    return (
        Text("获得入学学位", "A place at a school"),
        Text(
            f"学校 {school} 为您的孩子提供学位，请在 {until} 前（含当日）答复，逾期视为放弃",
            f"School {school} offers your child a place. Please answer by {until}; after that "
            "day it goes to the next child",
        ),
    )


def _wait(entry: Mapping[str, Any]) -> Words:
    return (
        Text("已进入候补名单", "On the waiting lists"),
        Text(
            "本次派位未获得学位，已列入所填志愿学校的候补名单，有空余学位时依次递补",
            "The draw gave no place. Your child is on the waiting lists of your choices and "
            "moves up as places come free",
        ),
    )


def _lapse(entry: Mapping[str, Any]) -> Words:
    return (
        Text("学位逾期未答复", "The offer has lapsed"),
        Text(
            f"学校 {entry['released']} 的学位未在期限内答复，已由其他儿童递补",
            f"The place at {entry['released']} was not answered in time and goes to the next child",
        ),
    )


def _answer(entry: Mapping[str, Any]) -> Words:
    upheld = entry["upheld"]
    reasons = "；".join(entry["reasons"])
    return (
        Text(
            "异议成立" if upheld else "异议不成立",
            "Your objection is upheld" if upheld else "Your objection is not upheld",
        ),
        Text(f"学校 {entry['school']}：{reasons}", f"School {entry['school']}: {reasons}"),
    )


def _end(entry: Mapping[str, Any]) -> Words:
    body = Text(
        f"本轮次已结束，没有空余学位。{COORDINATION.zh}", f"The round is over. {COORDINATION}"
    )
    return Text("未能录取", "No place in this round"), body


NOTICES = {
    "offer": _offer, "wait": _wait, "lapse": _lapse, "answer": _answer, "end": _end,
}  # fmt: skip


def refusal(enrolment: Enrolment) -> list[Text]:
    """Why there is no place: reasons of the case's decision."""
    last = enrolment["history"][-1]["action"]
    if last in ("decline", "lapse"):
        return [GIVEN_UP[last]]
    classes = enrolment.get("classes", {})
    return [*(_no_place(enrolment, code, classes[code]) for code in classes), COORDINATION]


GIVEN_UP = {
    "decline": Text("申请人放弃了学位", "The applicant declined the place"),
    "lapse": Text("申请人未在期限内答复", "The applicant did not answer in time"),
}


def _no_place(enrolment: Enrolment, school: str, class_: str) -> Text:
    name, lot = CLASSES[class_][0], enrolment["lot"][:8]
    return Text(
        f"学校 {school}：学位已由类别或者签号在先的儿童取得（您的类别：{name.zh}；签号：{lot}…）",
        f"School {school}: all places went to children of an earlier class or lot (yours: {name}; "
        f"lot {lot}…)",
    )
