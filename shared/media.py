"""What a file that somebody hands in is, by its first bytes (pure).

Guarantees: never believes a header or a name. Does not: open or render the file, or look for
malware in it.
"""

from __future__ import annotations

MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def media_type(content: bytes) -> str | None:
    """ "application/pdf", "image/jpeg" or "image/png"; None for all else."""
    return next((kind for magic, kind in MAGIC if content.startswith(magic)), None)
