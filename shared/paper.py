"""Chinese and English text on paper (PDF).

Guarantees: every text fits its place (it shrinks, then ends with …); rare characters come from a
font of the reader's; the same input gives the same bytes (`canvas`).
Does not: run in the event loop; call what renders in a thread, it takes tens of milliseconds and
loads its libraries (10 MB) at the first call.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

FONT, SPARE_FONT = "NotoSerifSC", "STSong-Light"
FONT_FILE = Path(__file__).parent / "data" / "NotoSerifSC-subset.ttf"
SMALLEST = 6.0
HANGING = frozenset("；，。、）：")
"""These do not begin a line; they hang over the end of the one before."""
A4 = (595.28, 841.89)
"""Width and height, in points."""


@cache
def fonts() -> tuple[Any, frozenset[int]]:
    """The registered fonts' metrics, and the characters that `FONT` has."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  (10 MB, for few)
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415  (10 MB, for few)
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415  (10 MB, for few)

    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    pdfmetrics.registerFont(UnicodeCIDFont(SPARE_FONT))
    return pdfmetrics, frozenset(font.face.charToGlyph)


def canvas(out: io.BytesIO, size: tuple[float, float], title: str, subject: str) -> Any:
    """A canvas for pages of `size` points, which writes to `out` when it is saved."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  (10 MB, for few)

    fonts()
    made = Canvas(out, pagesize=size, invariant=True, pageCompression=1)
    made.setTitle(title)
    made.setSubject(subject)
    return made


def fitted(text: str, width: float, most: int) -> tuple[float, list[str]]:
    """The largest size, and the lines, with which `text` fits into `most` lines of `width` points.

    What does not fit at the smallest size ends with an ellipsis.
    """
    size, room = 11.5, most * 11.5 * 1.4
    while size > SMALLEST:
        lines = wrapped(text, size, width)
        if len(lines) * size * 1.4 <= room + 0.1:
            return size, lines
        size -= 0.5
    lines, allowed = wrapped(text, size, width), int(room / (size * 1.4))
    if len(lines) > allowed:
        lines = [*lines[: allowed - 1], lines[allowed - 1][:-1] + "…"]
    return size, lines


def wrapped(text: str, size: float, width: float) -> list[str]:
    """`text` in lines of at most `width` points, broken between any two characters."""
    lines, line, used = [], "", 0.0
    for character in text:
        advance = measure(character, size)
        if used + advance > width and line and character not in HANGING:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + character, used + advance
    return [*lines, line]


def runs(text: str) -> list[tuple[str, str]]:
    """`text` cut where the font changes: rare characters come from a font of the reader's."""
    known, found = fonts()[1], list[tuple[str, str]]()
    for character in text:
        font = FONT if ord(character) in known else SPARE_FONT
        if found and found[-1][0] == font:
            found[-1] = (font, found[-1][1] + character)
        else:
            found.append((font, character))
    return found


def measure(text: str, size: float) -> float:
    """The width of `text`, in points."""
    metrics = fonts()[0]
    return float(sum(metrics.stringWidth(run, font, size) for font, run in runs(text)))


def write(canvas: Any, text: str, x: float, y: float, size: float) -> None:
    """Put `text` at (x, y)."""
    for font, run in runs(text):
        canvas.setFont(font, size)
        canvas.drawString(x, y, run)
        x += fonts()[0].stringWidth(run, font, size)


def centred(canvas: Any, text: str, x: float, y: float, size: float) -> None:
    """Put the middle of `text` at (x, y)."""
    write(canvas, text, x - measure(text, size) / 2, y, size)
