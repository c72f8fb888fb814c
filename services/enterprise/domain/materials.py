"""The materials an application needs, and what an uploaded file must be.

Source: 市场主体登记管理条例 Art. 16 (establishment), Art. 24 and 31 (change, deregistration).
Guarantees: a file's type is read from its first bytes, never believed from a header. Does not: open
or render the file, or look for malware in it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

LARGEST = 10 * 1024 * 1024


class Material(NamedTuple):
    """A document that an application needs: code, name, and for which types of enterprise."""

    code: str
    name: Text
    kinds: tuple[str, ...] = ()


COMPANIES = ("limited-company", "joint-stock-company")
PARTNERSHIPS = ("general-partnership", "limited-partnership")

ESTABLISHMENT = (
    Material("identity", Text("申请人身份证明", "Proof of the applicants' identity")),
    Material("premises", Text("住所使用证明", "Proof of the right to use the premises")),
    Material("articles", Text("公司章程", "Articles of association"), COMPANIES),
    Material("partnership-agreement", Text("合伙协议", "Partnership agreement"), PARTNERSHIPS),
    Material(
        "appointments", Text("法定代表人等任职文件", "Appointment of the representative"), COMPANIES
    ),
    Material(
        "capital-verification",
        Text("验资证明", "Capital verification certificate"),
        ("joint-stock-company",),
    ),
)
CHANGE = (Material("resolution", Text("变更决议或者决定", "Resolution or decision to change")),)
DEREGISTRATION = (
    Material("commitment", Text("全体投资人承诺书", "Commitment signed by all investors")),
)


def required(materials: Sequence[Material], kind: str) -> list[Material]:
    """Those of `materials` that an enterprise of type `kind` has to hand in."""
    return [m for m in materials if not m.kinds or kind in m.kinds]


def refusals(
    materials: Sequence[Material], kind: str, given: Sequence[Mapping[str, Any]]
) -> Iterator[FieldError]:
    """What is missing or given twice; `given`: each {code, file, digest}."""
    codes = [g["code"] for g in given]
    for material in required(materials, kind):
        if material.code not in codes:
            yield refusal(
                "/materials",
                f"material-missing-{material.code}",
                f"缺少材料：{material.name.zh}",
                f"Missing: {material.name}",
            )
    known = {m.code for m in materials}
    for i, code in enumerate(codes):
        if code not in known:
            yield refusal(
                f"/materials/{i}/code", "material-unknown", "不需要该材料", "Not asked for"
            )


def digest(content: bytes) -> str:
    """The SHA-256 of `content`, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def stated_digest(header: str) -> str | None:
    """The SHA-256 that a Content-Digest header states (RFC 9530), hexadecimal; None if none."""
    found = re.search(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):", header)
    return base64.b64decode(found[1]).hex() if found else None
