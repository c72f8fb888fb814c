"""The business licence on paper: one A4 page with a QR code that leads to its verification.

Guarantees: every text fits its place (it shrinks, then ends with …); a licence that is not valid
says so across the page. Does not: run in the event loop; call `render` in a thread, it takes tens
of milliseconds and loads its libraries (10 MB) at the first call.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from services.enterprise.domain.licence import VERDICTS
from shared import paper

INK, RED, GOLD = (0.13, 0.13, 0.15), (0.72, 0.07, 0.10), (0.66, 0.52, 0.22)
WIDTH, HEIGHT = 841.89, 595.28
"""A4 on its side, in points."""

ROWS = (
    # field, label, English label, x, y, width, lines
    ("name", "名    称", "Name", 82, 378, 330, 2),
    ("kind", "类    型", "Type", 82, 334, 330, 1),
    ("representative", "法定代表人", "Represented by", 82, 290, 330, 1),
    ("business_scope", "经营范围", "Business scope", 82, 246, 330, 6),
    ("registered_capital", "注册资本", "Registered capital", 468, 378, 270, 1),
    ("established_on", "成立日期", "Established", 468, 334, 270, 1),
    ("term", "营业期限", "Term", 468, 290, 270, 1),
    ("address", "住    所", "Address", 468, 246, 270, 3),
)


def render(licence: Mapping[str, Any], status: str, url: str) -> bytes:
    """The PDF of `licence`, whose status today is `status`, checked at `url`."""
    out = io.BytesIO()
    title = f"{licence['holder']['name']} {licence['number']}"
    canvas = paper.canvas(out, (WIDTH, HEIGHT), title, "营业执照 Business Licence")
    _frame(canvas)
    _heading(canvas, licence)
    for row in ROWS:
        _row(canvas, licence["fields"].get(row[0]), row)
    _qr(canvas, url)
    _foot(canvas, licence)
    if status != "valid":
        _stamp(canvas, status)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _frame(canvas: Any) -> None:
    canvas.setStrokeColorRGB(*GOLD)
    for inset, width in ((22, 3.0), (29, 0.8), (34, 0.4)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _heading(canvas: Any, licence: Mapping[str, Any]) -> None:
    canvas.setFillColorRGB(*INK)
    paper.centred(canvas, "营  业  执  照", WIDTH / 2, 482, 40)
    paper.centred(canvas, "BUSINESS LICENCE", WIDTH / 2, 460, 12)
    paper.write(canvas, "统一社会信用代码", 60, 522, 9.5)
    paper.write(canvas, licence["holder"]["code"], 60, 504, 13)
    paper.write(canvas, f"执照编号 No. {licence['number']}", 60, 488, 8)
    canvas.setStrokeColorRGB(*GOLD)
    canvas.setLineWidth(0.6)
    canvas.line(60, 428, WIDTH - 60, 428)


def _row(canvas: Any, value: Any, row: tuple[str, str, str, int, int, int, int]) -> None:
    _, label, english, x, y, width, most = row
    canvas.setFillColorRGB(*INK)
    paper.write(canvas, label, x, y, 11.5)
    canvas.setFillColorRGB(0.45, 0.45, 0.48)
    paper.write(canvas, english, x, y - 11, 6.5)
    canvas.setFillColorRGB(*INK)
    size, lines = paper.fitted(str(value or "—"), width - 78, most)
    for i, line in enumerate(lines):
        paper.write(canvas, line, x + 78, y - i * size * 1.4, size)


def _qr(canvas: Any, url: str) -> None:
    from reportlab.graphics.barcode import qrencoder  # noqa: PLC0415  (10 MB, for few)

    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.L)
    code.addData(url)
    code.make()
    side, count = 100.0, code.getModuleCount()
    module, left, top = side / count, WIDTH - 62 - side, 540.0
    path = canvas.beginPath()
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                path.rect(left + column * module, top - (row + 1) * module, module, module)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(path, stroke=0, fill=1)


def _foot(canvas: Any, licence: Mapping[str, Any]) -> None:
    issuer = licence["issuer"]
    canvas.setFillColorRGB(*INK)
    paper.centred(canvas, "登 记 机 关", 620, 132, 12)
    paper.centred(canvas, issuer["zh"], 620, 112, 12)
    paper.centred(canvas, issuer["en"], 620, 99, 7.5)
    year, month, day = licence["issued_on"].split("-")
    paper.centred(canvas, f"{year} 年 {int(month)} 月 {int(day)} 日", 620, 80, 12)
    canvas.setFillColorRGB(0.40, 0.40, 0.43)
    notes = (
        "扫描右上角二维码，查验本执照是否有效。电子营业执照与纸质营业执照具有同等法律效力。",
        "Scan the code to check this licence. An electronic licence has the force of a paper one.",
        "企业应当于每年 1 月 1 日至 6 月 30 日报送并公示上一年度年度报告。",
    )
    for i, note in enumerate(notes):
        paper.write(canvas, note, 60, 76 - i * 12, 7.5)


def _stamp(canvas: Any, status: str) -> None:
    text = VERDICTS[status]
    canvas.saveState()
    canvas.translate(WIDTH / 2, HEIGHT / 2)
    canvas.rotate(24)
    canvas.setFillColorRGB(*RED, alpha=0.30)
    paper.centred(canvas, text.zh, 0, 0, 84)
    paper.centred(canvas, str(text).upper(), 0, -48, 36)
    canvas.restoreState()
