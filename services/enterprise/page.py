"""The page on which anyone checks a licence: plain HTML in both languages, no script.

Guarantees: everything shown is escaped; the verdict is said in words, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Content-Security-Policy: the page needs its own style and nothing else."""

COLOURS = {"valid": "#0a6b2d", "suspended": "#8a5a00"}
BAD = "#a3121a"

Value = Callable[[Mapping[str, Any]], Any]

ROWS: tuple[tuple[str, str, Value], ...] = (
    ("统一社会信用代码", "Unified social credit code", lambda v: v["holder"]["code"]),
    ("名称", "Name", lambda v: v["holder"]["name"]),
    ("类型", "Type", lambda v: v["fields"].get("kind")),
    ("法定代表人（负责人）", "Represented by", lambda v: v["fields"].get("representative")),
    ("注册资本", "Registered capital", lambda v: v["fields"].get("registered_capital")),
    ("住所", "Address", lambda v: v["fields"].get("address")),
    ("经营范围", "Business scope", lambda v: v["fields"].get("business_scope")),
    ("执照编号", "Licence number", lambda v: v["number"]),
    ("签发日期", "Issued on", lambda v: v["issued_on"]),
    ("有效期至", "Valid until", lambda v: v["valid_until"] or "长期 No fixed term"),
    ("登记机关", "Issued by", lambda v: f"{v['issuer']['zh']} {v['issuer']['en']}"),
)

EXPLAINED = {
    "valid": (
        "该执照由登记机关签发，内容未被改动，目前有效。请核对下列内容与您看到的执照一致。",
        "The authority issued this licence, nothing in it was changed, and it is in force. Compare "
        "what is below with the licence in front of you.",
    ),
    "suspended": (
        "该执照由登记机关签发，目前暂停使用。",
        "The authority issued this licence; it is suspended for the time being.",
    ),
    "revoked": (
        "该执照曾由登记机关签发，现已吊销、注销或者换发，不得再用。",
        "The authority issued this licence once; it was revoked or replaced and is not in force.",
    ),
    "expired": ("该执照已超过有效期。", "The term of this licence is over."),
    "forged": (
        "登记机关没有签发过这个执照，或者其内容被改动过。请勿采信。",
        "The authority never issued this licence, or it was tampered with. Do not rely on it.",
    ),
}

PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>营业执照查验：{zh} · Business licence: {en}</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 1.5rem;
       color: #1b1b1f; background: #fff; }}
h1 {{ font-size: 1.3rem; }}
.verdict {{ border-left: .5rem solid {colour}; padding: .6rem 1rem; background: #f5f5f6; }}
.verdict strong {{ color: {colour}; font-size: 1.6rem; }}
table {{ border-collapse: collapse; width: 100%; margin-top: 1.5rem; }}
th, td {{ border-bottom: 1px solid #c9c9cf; padding: .5rem; text-align: left;
         vertical-align: top; }}
th {{ width: 34%; font-weight: 600; }}
th span, small {{ color: #55555c; font-weight: 400; }}
</style>
</head>
<body>
<main>
<h1>电子营业执照查验 <span lang="en">· Verification of a business licence</span></h1>
<div class="verdict" role="status">
<strong>{zh} <span lang="en">{en}</span></strong>
<p>{meaning_zh}<br><span lang="en">{meaning_en}</span></p>
</div>
{table}
<p><small>查验时间 <span lang="en">Checked at</span> {checked}</small></p>
</main>
</body>
</html>
"""


def verification_page(found: Mapping[str, Any]) -> str:
    """The page for a verification as `views.verification` gives it."""
    verdict = found["verdict"]
    meaning_zh, meaning_en = EXPLAINED[verdict]
    return PAGE.format(
        zh=escape(found["meaning"]["zh"]),
        en=escape(found["meaning"]["en"]),
        colour=COLOURS.get(verdict, BAD),
        meaning_zh=escape(meaning_zh),
        meaning_en=escape(meaning_en),
        table=_table(found["licence"]) if found["licence"] else "",
        checked=escape(found["checked_at"]),
    )


def _table(licence: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{zh}<br><span lang="en">{en}</span></th>'
        f"<td>{escape(str(value(licence) or '—'))}</td></tr>"
        for zh, en, value in ROWS
    )
    caption = '<caption>执照内容 <span lang="en">What the licence says</span></caption>'
    return f"<table>{caption}\n{rows}\n</table>"
