"""Signed tree heads against published notes and keys, and against whoever forges them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import checkpoint
from services.exchange.domain.checkpoint import BadNote, Head
from services.exchange.tests.evidence import SIGNER
from shared.exchange.messages import decoded

ORIGIN = "example.org/log"
HEAD = Head(20_852_163, bytes(range(32)))
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_TEXT = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
PETERS_NOTE = f"""{PETERS_TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""  # noqa: E501
"""The note and the key in the documentation of Go's golang.org/x/mod/sumdb/note."""
GO = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
"""The key of Go's checksum database."""


def note(head: Head = HEAD, origin: str = ORIGIN) -> str:
    return checkpoint.signed(
        head, origin, SIGNER.public, lambda text: decoded(SIGNER.sign_bytes(text))
    )


def test_known_note() -> None:
    """A note that others have made is read with its key."""
    name, key = checkpoint.parsed_key(PETER)
    assert checkpoint.opened(PETERS_NOTE, name, key) == PETERS_TEXT


@pytest.mark.parametrize("text", [PETER, GO])
def test_known_keys(text: str) -> None:
    """A key is written as others write it."""
    assert checkpoint.verifier_key(*checkpoint.parsed_key(text)) == text


@pytest.mark.parametrize(
    "text", [GO.replace("ae", "af"), "a", "a+b+c", PETER[:-4], "x+00000000+AA=="]
)
def test_no_key(text: str) -> None:
    """What is no key, or one under another id, is refused."""
    with pytest.raises(ValueError):
        checkpoint.parsed_key(text)


def test_shape() -> None:
    """A checkpoint has origin, size and root, each on its line, and one signature line."""
    lines = note().split("\n")
    assert lines[:4] == [ORIGIN, "20852163", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4].startswith(f"— {ORIGIN} ") and lines[5:] == [""]


@given(st.integers(0, 2**53), st.binary(min_size=32, max_size=32))
def test_round_trip(size: int, root: bytes) -> None:
    """What was signed is what is read, whatever others have signed beside."""
    made = note(Head(size, root))
    assert checkpoint.read(made, ORIGIN, SIGNER.public) == Head(size, root)
    assert checkpoint.read(made + "— witness AAAAAAAA\n", ORIGIN, SIGNER.public).size == size


@given(st.integers(0, len(note()) - 1), st.characters(codec="ascii"))
def test_one_character(place: int, other: str) -> None:
    """No character of a checkpoint can be another one."""
    made = note()
    bent = made[:place] + other + made[place + 1 :]
    if bent != made:
        with pytest.raises(BadNote):
            checkpoint.read(bent, ORIGIN, SIGNER.public)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "\n\n",
        note(origin="example.org/other"),
        note(Head(5, b"short")),
        note(Head(-1, bytes(32))),
        note()[:-1],
        note().split("\n\n")[0],
        note() + "x" * 20_000,
    ],
)
def test_no_checkpoint(wrong: str) -> None:
    """What is no checkpoint of this log is refused."""
    with pytest.raises(BadNote):
        checkpoint.read(wrong, ORIGIN, SIGNER.public)


def test_other_key() -> None:
    """Another key's signature is none."""
    with pytest.raises(BadNote):
        checkpoint.read(note(), ORIGIN, checkpoint.parsed_key(GO)[1])
