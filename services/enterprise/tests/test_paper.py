"""The licence on paper and the verification page."""

import pytest

from services.enterprise import page, paper, views
from services.enterprise.domain import licence
from services.enterprise.domain.money import in_words
from services.enterprise.tests.affairs import TOOLS, Office
from services.enterprise.usecases import licences


@pytest.fixture(scope="module")
def issued():
    office = Office()
    number = office.establish()["licence"]
    return office, office.store["licences"].require(number)


@pytest.mark.parametrize("status", licence.STATUSES)
def test_render(issued, status):
    """A licence of any status is one page of PDF, with its font embedded."""
    office, found = issued
    pdf = paper.render(
        views.licence(found, office.now), status, "http://x/?token=" + found["token"]
    )
    assert pdf.startswith(b"%PDF-") and b"/Count 1" in pdf and b"/FontFile2" in pdf
    assert pdf == paper.render(
        views.licence(found, office.now), status, "http://x/?token=" + found["token"]
    )


def test_page(issued):
    """The page tells the verdict in both languages and escapes what it shows."""
    office, found = issued
    hostile = {**found, "holder": {**found["holder"], "name": "<script>alert(1)</script>"}}
    for verdict in licence.VERDICTS:
        shown = None if verdict == "forged" else hostile
        html = page.verification_page(views.verification(verdict, shown, office.now))
        assert licence.VERDICTS[verdict].zh in html and str(licence.VERDICTS[verdict]) in html
        assert "<script>" not in html


def test_forged(issued):
    """A token that is none of ours is forged, and shows no licence."""
    office, found = issued
    for token in ("", "x", "a.b.c", found["token"][:-2] + "AA"):
        assert licences.verify(office.store, TOOLS, token, office.now) == ("forged", None)


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (0, "零元整"),
        (105, "壹佰零伍元整"),
        (1_000_000, "壹佰万元整"),
        (10_000_001, "壹仟万零壹元整"),
        (1_000_000_000_000, "壹万亿元整"),
    ],
)
def test_words(yuan, words):
    """Amounts stand in capital numerals."""
    assert in_words(yuan) == words
