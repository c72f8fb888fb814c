"""Writes an import file of the real size: 1,093 provincial and 31,984 city-level items.

    python -m services.catalogue.generate_items [--faulty N] [--seed S] [--gzip] > items.ndjson

Guarantees: the same arguments give the same file; the same basic item has the same name, basis and
statutory limit wherever it is implemented, while limits, phones, visits and depth differ. With
`--faulty`, so many of the rows break a rule each; which and how is told on standard error.
Does not: describe real items. The rows are made up; only subjects and divisions are real words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from shared.division import divisions

PROVINCIAL, CITY_LEVEL = 1_093, 31_984
PROVINCE = "430000"
SUBJECTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("subjects.json").read_text(encoding="utf-8")
)

Row = dict[str, Any]

MATTERS = (
    "设立许可|establishment licence|licence",
    "变更许可|change of licence|licence",
    "许可延续|renewal of licence|licence",
    "注销|cancellation|decision",
    "备案|filing|decision",
    "资格认定|recognition of qualification|certificate",
    "年度报告|annual report|decision",
    "证书补发|replacement of certificate|certificate",
    "登记|registration|certificate",
    "补贴申领|application for subsidy|decision",
    "信息更正|correction of records|decision",
    "证明开具|issue of a proof|certificate",
    "核准|approval|licence",
    "检验审核|inspection review|decision",
)
MATERIALS = (
    ("application", "申请书", "Application"),
    ("identity", "身份证明", "Proof of identity"),
    ("premises", "场所证明", "Proof of premises"),
    ("statute", "章程", "Statute"),
    ("report", "检测报告", "Test report"),
    ("commitment", "承诺书", "Letter of commitment"),
)
DEPTHS = (
    ["consult", "receive", "pre-check", "accept", "process", "feedback", "licence"],
    ["accept", "process", "feedback"],
    ["consult", "receive", "pre-check"],
    ["consult"],
)


def seeded(seed: str | int) -> random.Random:
    """Choices that are the same every time."""
    return random.Random(seed)  # noqa: S311 (made-up data, nothing secret)


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def basics() -> Iterator[Row]:
    """The basic directory: what is the same wherever an item is implemented."""
    numbered = enumerate(product(MATTERS, range(16)))
    for number, (matter, subject) in numbered:
        for department, subjects in SUBJECTS.items():
            yield _basic(department, number, subjects[subject], matter)


def _basic(department: str, number: int, subject: str, matter: str) -> Row:
    choice = seeded(f"{department} {number}")
    zh, en = subject.split("|")
    matter_zh, matter_en, result = matter.split("|")
    name = both(f"{zh}{matter_zh}", f"{en}: {matter_en}")
    article = choice.randrange(5, 90)
    return {
        "code": f"{department}-{number + 1:03d}",
        "name": name,
        "department": department,
        "legal_basis": both(
            f"《{zh}管理办法》第{article}条", f"Measures on {en}, Article {article}"
        ),
        "audience": choice.choice([["person"], ["legal-person"], ["legal-person", "person"]]),
        "conditions": both(
            "符合法定条件，材料齐全。", "The legal conditions are met and documented."
        ),
        "materials": [
            {"code": c, "name": both(z, e), "required": True}
            for c, z, e in MATERIALS[: choice.randrange(1, len(MATERIALS) + 1)]
        ],
        "statutory_days": choice.choice([5, 10, 15, 20, 30]),
        "result": result,
        "result_name": name,
        "result_sample": f"https://samples.invalid/{department}-{number + 1:03d}.pdf",
        "effective_from": "2018-01-01",
    }


def implemented(basic: Row, division: str, share: float) -> Row:
    """`basic` as the authority of `division` implements it; `share` of all is fully online."""
    choice = seeded(f"{division} {basic['code']}")
    online = choice.random() < share
    instant = choice.random() < 0.25
    visits = 0 if online else choice.choice([1, 1, 2])
    fee = choice.choice([0, 0, 0, 0, 500, 1000, 20_000])
    area = 700 + int(division[2:4])
    office = sum(map(ord, basic["department"])) % 100
    return {
        **basic,
        "division": division,
        "promised_days": 0 if instant else choice.randrange(1, basic["statutory_days"] + 1),
        "instant": instant,
        "visits": visits,
        "visits_reason": both("核验原件", "Originals are checked") if visits else None,
        "online": choice.choice(DEPTHS[:2] if online else DEPTHS[2:]),
        "fee": fee,
        "fee_basis": both("收费标准目录", "Catalogue of fees") if fee else None,
        "consultation_phone": f"0{area}-82{office:02d}1000",
        "complaint_phone": f"0{area}-12345",
    }


def rows() -> Iterator[Row]:
    """Every row, the province first, then city after city."""
    directory = list(basics())
    for basic in directory[:PROVINCIAL]:
        yield implemented(basic, PROVINCE, 0.81)
    cities = [d.code for d in divisions() if d.level == "city"]
    each, more = divmod(CITY_LEVEL, len(cities))
    for index, city in enumerate(cities):
        for basic in directory[: each + (index < more)]:
            yield implemented(basic, city, 0.50 + 0.02 * index)


FAULTS: tuple[tuple[str, Callable[[Row], Any]], ...] = (
    ("promised-within-statutory", lambda r: r | {"instant": False, "promised_days": 999}),
    ("required", lambda r: {k: v for k, v in r.items() if k != "legal_basis"}),
    ("division-unknown", lambda r: r | {"division": "439900"}),
    ("fee-has-basis", lambda r: r | {"fee": 100, "fee_basis": None}),
    ("phones-differ", lambda r: r | {"complaint_phone": r["consultation_phone"]}),
    ("instant-at-once", lambda r: r | {"instant": True, "promised_days": 1}),
    ("result-has-sample", lambda r: r | {"result_sample": ""}),
    ("unknown", lambda r: r | {"colour": "red"}),
    ("department-unknown", lambda r: r | {"department": "astrology"}),
    ("json", lambda r: [r["code"]]),
)


def spoilt(faulty: int, seed: int) -> Iterator[Row]:
    """The rows, `faulty` of them spoilt in turn by `FAULTS`."""
    chosen = seeded(seed).sample(range(1, PROVINCIAL + CITY_LEVEL + 1), faulty)
    broken = {line: FAULTS[i % len(FAULTS)] for i, line in enumerate(chosen)}
    for line, row in enumerate(rows(), 1):
        rule, spoil = broken.get(line, ("", None))
        if spoil:
            print(f"{line}\t{rule}", file=sys.stderr)
        yield spoil(row) if spoil else row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faulty", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gzip", action="store_true")
    given = parser.parse_args()
    packed = partial(gzip.GzipFile, fileobj=sys.stdout.buffer, mode="wb", mtime=0)
    with packed() if given.gzip else sys.stdout.buffer as out:
        for row in spoilt(given.faulty, given.seed):
            out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
