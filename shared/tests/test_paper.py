"""Text on paper fits its place."""

import io

from shared import paper


def test_fitted() -> None:
    """A text of any length fits its lines; one beyond measure ends with an ellipsis."""
    for length in (0, 1, 50, 400, 5000):
        size, lines = paper.fitted("经营范围" * length, 252, 6)
        assert len(lines) * size * 1.4 <= 6 * 11.5 * 1.4 + 0.1
        assert lines[-1].endswith("…") == (length >= 400)


def test_same_bytes() -> None:
    """The same text gives the same PDF, with its font embedded."""
    made = []
    for _ in range(2):
        out = io.BytesIO()
        canvas = paper.canvas(out, paper.A4, "题", "subject")
        paper.centred(canvas, "月报 Report", 300, 400, 12)
        canvas.showPage()
        canvas.save()
        made.append(out.getvalue())
    assert made[0] == made[1] and b"/FontFile2" in made[0]
