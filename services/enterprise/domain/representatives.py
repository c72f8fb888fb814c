"""Who cannot represent an enterprise.

Source: 公司法 (2023) Art. 178; 市场主体登记管理条例 (State Council Decree 746) Art. 12.
Guarantees: the first and the last day of a bar count. Does not: find the records; they are passed
in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError

GROUNDS: dict[str, tuple[str, str]] = {
    "incapable": (
        "无民事行为能力或者限制民事行为能力（第一项）",
        "no or limited legal capacity (1)",
    ),
    "convicted": (
        "因贪污、贿赂等犯罪被判处刑罚，执行期满未逾五年（第二项）",
        "convicted of corruption or a like crime, within five years of serving the sentence (2)",
    ),
    "bankruptcy": (
        "对破产清算的公司、企业负有个人责任，未逾三年（第三项）",
        "personally responsible for a bankruptcy within the last three years (3)",
    ),
    "licence-revoked": (
        "对被吊销营业执照的公司、企业负有个人责任，未逾三年（第四项）",
        "personally responsible for an enterprise whose licence was revoked within three years (4)",
    ),
    "dishonest-debtor": (
        "个人因所负数额较大债务到期未清偿被列为失信被执行人（第五项）",
        "listed as a dishonest judgment debtor for a large overdue debt (5)",
    ),
}


def bars_on(records: Iterable[Mapping[str, Any]], today: str) -> list[Mapping[str, Any]]:
    """The records {ground, since, until | None} in force on `today` (ISO day, inclusive)."""
    return [
        record
        for record in records
        if record["since"] <= today and (record.get("until") is None or today <= record["until"])
    ]


def refusals(
    records: Iterable[Mapping[str, Any]], today: str, pointer: str = "/representative"
) -> Iterator[FieldError]:
    """Why the person with these `records` cannot be the legal representative."""
    for record in bars_on(records, today):
        zh, en = GROUNDS[record["ground"]]
        yield refusal(
            pointer,
            f"representative-barred-{record['ground']}",
            f"不得担任法定代表人：{zh}（《公司法》（2023）第一百七十八条）",
            f"Cannot be the legal representative: {en} (Company Law (2023), Art. 178)",
        )
