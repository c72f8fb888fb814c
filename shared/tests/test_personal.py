"""Sealing, lookups and masks of personal data."""

import base64
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.personal import (
    Tampered,
    UnknownKey,
    Vault,
    is_identity,
    mask_identity,
    mask_in,
    mask_name,
    mask_phone,
    mask_tree,
    unmask_tree,
)

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()
LOOKUP = base64.b64encode(b"3" * 32).decode()
VAULT = Vault(OLD, LOOKUP)
NUMBER, OTHER = "11010519491231002X", "440524188001010014"


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_seal(plain: bytes, context: bytes) -> None:
    """What is sealed opens in its context, is not readable, and never looks the same twice."""
    sealed = VAULT.seal(plain, context)
    assert VAULT.open(sealed, context) == plain
    assert VAULT.seal(plain, context) != sealed


@given(st.binary(max_size=40), st.binary(max_size=9), st.binary(max_size=9))
def test_context(plain: bytes, context: bytes, other: bytes) -> None:
    """What was sealed for one context does not open in another."""
    if context != other:
        with pytest.raises(Tampered):
            VAULT.open(VAULT.seal(plain, context), other)


@given(st.binary(max_size=40), st.data())
def test_tampered(plain: bytes, data: st.DataObject) -> None:
    """One changed bit anywhere is noticed."""
    sealed = bytearray(VAULT.seal(plain, b"c"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Tampered, UnknownKey)):
        VAULT.open(bytes(sealed), b"c")


@given(st.binary(max_size=60))
def test_rubbish(sealed: bytes) -> None:
    """Bytes that were never sealed are refused with a typed error."""
    with pytest.raises((Tampered, UnknownKey)):
        VAULT.open(sealed, b"")


def test_rotation() -> None:
    """A new first key seals, the old ones still open; without them the key is unknown."""
    sealed = VAULT.seal(b"plain", b"c")
    turned = Vault(f"{NEW}, {OLD}", LOOKUP)
    assert turned.open(sealed, b"c") == b"plain"
    with pytest.raises(UnknownKey, match="k1"):
        Vault(NEW, LOOKUP).open(sealed, b"c")
    with pytest.raises(UnknownKey, match="k2"):
        VAULT.open(turned.seal(b"plain", b"c"), b"c")


def test_nonce() -> None:
    """The nonce is what the given source of randomness gives."""
    sealed = Vault(OLD, LOOKUP, lambda size: b"n" * size).seal(b"plain", b"c")
    assert sealed.startswith(b"\x02k1" + b"n" * 12)


def test_json() -> None:
    """A JSON value comes back as it was."""
    value = {"名": ["张三丰", 1, None, True]}
    assert VAULT.open_json(VAULT.seal_json(value, b"c"), b"c") == value


@pytest.mark.parametrize(
    "keys", ["", "k1", "k1:no", "k 1:" + LOOKUP, "k1:c2hvcnQ=", f"{OLD},{OLD}"]
)
def test_bad_keys(keys: str) -> None:
    """Faulty keys are refused without being told."""
    with pytest.raises(ValueError) as refused:
        Vault(keys, LOOKUP)
    assert OLD[3:] not in str(refused.value)


@pytest.mark.parametrize("key", ["", "no", "c2hvcnQ="])
def test_bad_lookup_key(key: str) -> None:
    """A short lookup key is refused."""
    with pytest.raises(ValueError, match="lookup key"):
        Vault(OLD, key)


def test_lookup() -> None:
    """A lookup is stable whatever seals, and differs by value, purpose and lookup key."""
    found = VAULT.lookup(NUMBER)
    assert re.fullmatch(r"[0-9a-f]{64}", found)
    assert Vault(f"{NEW},{OLD}", LOOKUP).lookup(NUMBER) == found
    others = {
        VAULT.lookup(OTHER),
        VAULT.lookup(NUMBER, "phone"),
        Vault(OLD, NEW[3:]).lookup(NUMBER),
    }
    assert len(others | {found}) == 4


def test_masks() -> None:
    """Masks keep the ends and the length."""
    assert mask_identity("430104199001011234") == "4301**********1234"
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("+8613800001234") == "+86138****1234"
    assert [mask_name(name) for name in ("", "张", "张三", "张三丰")] == ["", "*", "张*", "张**"]
    assert (mask_identity("1234"), mask_phone("123456")) == ("****", "******")


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("430104199001011234", "4301**********1234"),
        ("身份证43010419900101123x的人", "4301**********123x"),
        ('{"number":"999999999999999999","b":1}', "9999**********9999"),
        ("tel=+8613800001234;", "tel=+86138****1234;"),
        ("008613800001234", "0086138****1234"),
        ("手机13800001234。", "手机138****1234。"),
        (r"faulty\n430104199001011234\n", r"\n4301**********1234\n"),
        ("GET /p?n%3D430104199001011234%26", "%3D4301**********1234%26"),
        (r"\u8bc1430104199001011234", r"\u8bc14301**********1234"),
        ("_430104199001011234,13800001234", "_4301**********1234,138****1234"),
    ],
)
def test_mask_in(line: str, masked: str) -> None:
    """Numbers are masked wherever they stand alone, plausible or not, escaped or not."""
    assert masked in mask_in(line)


@pytest.mark.parametrize(
    "line",
    [
        "trace 43010419900101123456",
        "code 91430100MA4L12345X",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "sha 430104199001011234abcdef a13800001234 13800001234b",
        "at 1700000000000 ns 1700000000000000000",
        "12800001234 023800001234",
        "4301041990010112341X",
    ],
)
def test_mask_in_spares(line: str) -> None:
    """Longer numbers, codes with letters and hexadecimal ids stay."""
    assert mask_in(line) == line


@given(
    st.uuids(), st.binary(min_size=16, max_size=32), st.from_regex(r"[0-9]{19,24}", fullmatch=True)
)
def test_ids_survive(identity: uuid.UUID, digest: bytes, digits: str) -> None:
    """Ids are not touched."""
    line = f"{identity} {digits}"
    assert mask_in(line) == line
    text = digest.hex()
    assert mask_in(f"id={text}") == f"id={text}"


@given(st.text(), st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True), st.text())
def test_none_left(before: str, number: str, after: str) -> None:
    """No number that stands between other signs than digits and letters comes through."""
    masked = mask_in(f"{before} {number},{after}")
    assert f" {number}," not in masked
    assert mask_in(masked) == masked


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (NUMBER, True),
        (NUMBER.lower(), True),
        (OTHER, True),
        ("110105194912310021", False),
        ("110105194902310029", False),
        ("", False),
        ("９" * 18, False),
        (NUMBER + "\n", False),
    ],
)
def test_is_identity(value: str, expected: bool) -> None:
    """Birth date and check digit decide."""
    assert is_identity(value) is expected


json_values = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from([NUMBER, OTHER]),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3), each, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values)
def test_mask_and_back(value: Any) -> None:
    """A masked tree holds no number, and sent back it is the tree it was."""
    masked = mask_tree(value)
    assert NUMBER not in repr(masked) and OTHER not in repr(masked)
    assert unmask_tree(masked, value) == value


@given(json_values, json_values)
def test_unmask_keeps(new: Any, old: Any) -> None:
    """Without a mask in it, what is new stays as it is."""
    assert unmask_tree(new, old) == new


def test_unmask_by_path() -> None:
    """A mask takes its number back only at the same path and only where it fits."""
    old = {"a": NUMBER, "b": [OTHER]}
    new = {"a": mask_identity(NUMBER), "b": [mask_identity(NUMBER), mask_identity(OTHER)], "c": "*"}
    assert unmask_tree(new, old) == {**new, "a": NUMBER}


def test_tree_spares_codes() -> None:
    """A social credit code, even of digits only, is public and stays."""
    tree = {"code": "91430100MA4L12345X", "digits": "914301007121234567", "n": 430104199001011234}
    assert mask_tree(tree) == tree
