"""Materials: taken by what they are, kept once, seen by their owner."""

import pytest

from services.enterprise.tests.affairs import LI, ZHANG, Office
from services.enterprise.usecases import papers
from shared.errors import (
    IdempotencyMismatch,
    Invalid,
    Malformed,
    NotFound,
    UnsupportedMediaType,
)

PNG = b"\x89PNG\r\n\x1a\n0"


@pytest.fixture
def office():
    return Office()


def header(content):
    import base64
    import hashlib

    return {
        "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
    }


def test_kept(office):
    """What was uploaded is read back by its owner, and by nobody else."""
    given = office.upload(PNG)
    kept, content = papers.own(office.store, office.call(ZHANG), given["file"])
    assert content == PNG and kept["media_type"] == "image/png"
    with pytest.raises(NotFound):
        papers.own(office.store, office.call(LI), given["file"])


def test_again(office):
    """The same request keeps one file; another content under its key is refused."""
    call = office.call(ZHANG, id="a", content=PNG, headers=header(PNG))
    assert papers.upload(office.store, call) == papers.upload(office.store, call)
    other = PNG + b"1"
    with pytest.raises(IdempotencyMismatch):
        papers.upload(
            office.store, office.call(ZHANG, id="a", content=other, headers=header(other))
        )


@pytest.mark.parametrize(
    ("content", "headers", "error"),
    [
        (PNG, {}, Malformed),
        (PNG, {"Content-Digest": "sha-256=:AAAA:"}, Malformed),
        (PNG, header(b"other"), Invalid),
        (b"MZ", header(b"MZ"), UnsupportedMediaType),
        (b"", header(b""), UnsupportedMediaType),
    ],
)
def test_refused(office, content, headers, error):
    """Without its digest, with a wrong one, or of another type, nothing is kept."""
    with pytest.raises(error):
        papers.upload(office.store, office.call(ZHANG, content=content, headers=headers))
    assert office.store["materials"].count({}) == 0


def test_of_case(office):
    """A case gives the materials its form names, and no others."""
    given = office.upload(PNG)
    form = {"materials": [{"code": "identity", **given}]}
    assert papers.of_case(office.store, form, given["file"])[1] == PNG
    with pytest.raises(NotFound):
        papers.of_case(office.store, {"materials": []}, given["file"])
