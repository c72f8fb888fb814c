"""Signed tree heads, as C2SP tlog-checkpoint notes (pure).

A note is text, an empty line, and signature lines ``— <name> <base64 of key id and signature>``;
the text of a checkpoint is origin, size and root (base64), a line each. It is signed by Ed25519
under the name of the origin.

Guarantees: what `read` returns was signed by the key. Does not: say that two heads are consistent.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
ROOT_BYTES = 32
MOST_CHARACTERS = 20_000
"""A note with more is not looked at."""


class Head(NamedTuple):
    """A tree head: the size of the log and its root."""

    size: int
    root: bytes


class BadNote(ValueError):
    """It is no checkpoint, or not signed by the key."""


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """By which a signature line names its key; four bytes."""
    return sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:4]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The key as tools for signed notes take it: ``<name>+<key id>+<base64>``."""
    public = base64.b64encode(ED25519 + key.public_bytes_raw()).decode()
    return f"{name}+{key_id(name, key).hex()}+{public}"


def signed(head: Head, origin: str, key: Ed25519PublicKey, sign: Callable[[bytes], bytes]) -> str:
    """The note of `head`; `sign` gives the 64 bytes of Ed25519."""
    text = f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"
    signature = base64.b64encode(key_id(origin, key) + sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n"


def parsed_key(text: str) -> tuple[str, Ed25519PublicKey]:
    """Name and key of a `verifier_key`; ValueError for anything else."""
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    public = base64.b64decode(encoded, validate=True)
    if public[:1] != ED25519:
        raise ValueError("not an Ed25519 key")
    key = Ed25519PublicKey.from_public_bytes(public[1:])
    if id_ != key_id(name, key).hex():
        raise ValueError("the key id is not that of name and key")
    return name, key


def read(note: str, origin: str, key: Ed25519PublicKey) -> Head:
    """The head in a checkpoint, or `BadNote`."""
    return _head(opened(note, origin, key), origin)


def opened(note: str, name: str, key: Ed25519PublicKey) -> str:
    """The text of a note that `key` has signed, or `BadNote`; other signatures are ignored."""
    text, lines = _parts(note)
    mine = [data for by, data in lines if by == name and data[:4] == key_id(name, key)]
    if not mine:
        raise BadNote("not signed by this key")
    for data in mine:
        try:
            key.verify(data[4:], text.encode())
        except InvalidSignature:
            raise BadNote("the signature is wrong") from None
    return text


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, separator, signatures = note.rpartition("\n\n")
    if len(note) > MOST_CHARACTERS or not separator or not signatures.endswith("\n"):
        raise BadNote("not a signed note")
    return f"{text}\n", [_line(line) for line in signatures[:-1].split("\n")]


def _line(line: str) -> tuple[str, bytes]:
    try:
        dash, name, signature = line.split(" ")
        data = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        raise BadNote("not a signature line") from None
    if dash != "—" or len(data) <= 4:
        raise BadNote("not a signature line")
    return name, data


def _head(text: str, origin: str) -> Head:
    try:
        named, size, root = text.split("\n")[:3]
        head = Head(int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error):
        raise BadNote("not a checkpoint") from None
    if named != origin or str(head.size) != size or head.size < 0 or len(head.root) != ROOT_BYTES:
        raise BadNote("not a checkpoint of this log")
    return head
