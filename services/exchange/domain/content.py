"""What a message's content is by its digest (RFC 9530, ``Content-Digest``; pure).

Guarantees: a digest that is stated is either that of the content, or it is wrong. Does not: ask for
one, or know other algorithms than SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import re

SHA_256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?:,|$)")


def content_digest(content: bytes) -> str:
    """The header's value for `content`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def fits(content: bytes, stated: str) -> bool:
    """Whether `content` is what the header `stated` says; a header without SHA-256 says nothing."""
    found = SHA_256.search(stated)
    return found is None or base64.b64decode(found[1]) == hashlib.sha256(content).digest()
