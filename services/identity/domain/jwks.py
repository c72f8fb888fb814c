"""The public keys that a system gives (RFC 7517; RFC 7518, 6.2: P-256; RFC 8037: Ed25519).

Guarantees: only a public key of a kind in `KINDS` passes, a point that is on its curve; what is
kept of it is the same however it was written. Does not: verify signatures (see `assertions`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.errors import FieldError, Invalid
from shared.text import Text

Jwk = dict[str, str]

PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that hold a secret (RFC 7518, 6.2.2, 6.3.2, 6.4)."""
KID = re.compile(r"[A-Za-z0-9._~-]{1,100}", re.ASCII)


class Kind(NamedTuple):
    """A kind of key: its one algorithm, and the members that make the key."""

    alg: str
    coordinates: Sequence[str]


KINDS = {("OKP", "Ed25519"): Kind("EdDSA", ("x",)), ("EC", "P-256"): Kind("ES256", ("x", "y"))}
"""By kty and crv. A key has one algorithm, so an assertion's header cannot choose another."""

ALGORITHMS = tuple(kind.alg for kind in KINDS.values())

# SEC 2, 2.4.2 (secp256r1): y² = x³ - 3x + b modulo p
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
P25519 = 2**255 - 19


def accepted(given: Sequence[Mapping[str, Any]], pointer: str) -> list[Jwk]:
    """The keys as they are kept: kid, kty, crv, x (, y); the kid is the thumbprint where none was
    given. `Invalid` names every fault below `pointer`."""
    faults = [f for n, key in enumerate(given) for f in _faults(key, f"{pointer}/{n}")]
    if faults:
        raise Invalid(errors=faults)
    keys = [_kept(key) for key in given]
    if len({key["kid"] for key in keys}) < len(keys):
        twice = Text("密钥标识（kid）重复", "Two keys have the same kid")
        raise Invalid(errors=[FieldError(pointer, twice, "repeated")])
    return keys


def algorithm(key: Mapping[str, str]) -> str:
    """The one algorithm that `key` verifies."""
    return KINDS[key["kty"], key["crv"]].alg


def thumbprint(key: Mapping[str, str]) -> str:
    """The JWK thumbprint (RFC 7638): the same key, the same thumbprint."""
    names = ("crv", "kty", *KINDS[key["kty"], key["crv"]].coordinates)
    members = {name: key[name] for name in sorted(names)}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _kept(key: Mapping[str, Any]) -> Jwk:
    kind = KINDS[key["kty"], key["crv"]]
    kept = {name: str(key[name]) for name in ("kty", "crv", *kind.coordinates)}
    return {"kid": str(key.get("kid") or thumbprint(kept)), **kept}


def _faults(key: Mapping[str, Any], pointer: str) -> Iterator[FieldError]:
    if private := sorted(PRIVATE & key.keys()):
        told = Text("不得提交私钥；该密钥应立即作废", "This is a private key: never use it again")
        yield FieldError(f"{pointer}/{private[0]}", told, "private")
        return
    kind = KINDS.get((key.get("kty", ""), key.get("crv", "")))
    if kind is None:
        told = Text("应为 Ed25519 或 P-256 公钥", "Must be an Ed25519 or a P-256 key")
        yield FieldError(f"{pointer}/kty", told, "choice")
        return
    if not KID.fullmatch(key.get("kid", "default")):
        told = Text("kid 应为 1 至 100 个安全字符", "kid: 1 to 100 letters, digits, . _ ~ -")
        yield FieldError(f"{pointer}/kid", told, "pattern")
    if key.get("alg", kind.alg) != kind.alg:
        told = Text(f"该密钥的算法应为 {kind.alg}", f"The algorithm of this key is {kind.alg}")
        yield FieldError(f"{pointer}/alg", told, "choice")
    if key.get("use", "sig") != "sig":
        told = Text("应为签名密钥（use 为 sig）", "Must be a key for signatures (use: sig)")
        yield FieldError(f"{pointer}/use", told, "choice")
    if not _is_point([key.get(name) for name in kind.coordinates]):
        yield FieldError(f"{pointer}/x", Text("不是有效的公钥", "Not a valid public key"), "key")


def _is_point(coordinates: Sequence[Any]) -> bool:
    numbers = [_decoded(c) for c in coordinates]
    if None in numbers:
        return False
    if len(numbers) == 1:
        return _is_ed25519(numbers[0] or b"")
    x, y = (int.from_bytes(n or b"") for n in numbers)
    return x < P and y < P and (y * y - (x**3 - 3 * x + B)) % P == 0


def _is_ed25519(key: bytes) -> bool:
    """Whether `key` is a point of the curve (RFC 8032, 5.1.3) that is not of small order, for which
    anybody could make signatures."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    if y >= P25519:
        return False
    d = -121665 * pow(121666, -1, P25519) % P25519
    square = (y * y - 1) * pow(d * y * y + 1, -1, P25519) % P25519
    is_square = square == 0 or pow(square, (P25519 - 1) // 2, P25519) == 1
    return is_square and not _of_small_order(square, y, d)


def _of_small_order(square: int, y: int, d: int) -> bool:
    """Whether eight times the point is the neutral one; of x only its square matters.

    Doubling: y' = (y² + x²) / (2 - y² + x²) on -x² + y² = 1 + d x² y²; x² follows from y.
    """
    for _ in range(3):
        y = (y * y + square) * pow(2 - y * y + square, -1, P25519) % P25519
        square = (y * y - 1) * pow(d * y * y + 1, -1, P25519) % P25519
    return y == 1


def _decoded(text: Any) -> bytes | None:
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]{43}", text, re.ASCII):
        return None
    data = base64.urlsafe_b64decode(text + "=")
    canonical = base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text
    return data if canonical else None
