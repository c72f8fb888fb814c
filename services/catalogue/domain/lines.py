"""Lines of an import file, plain or gzip, within bounds (pure).

Guarantees: never more than a piece and a line are held beyond what was given; a file that unpacks
to more than `MOST_BYTES` or has more than `MOST_LINES` is refused as a whole, and so is one whose
gzip is broken (RFC 1952). Does not: read JSON.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from shared.errors import Invalid, TooLarge
from shared.text import Text

GZIP = b"\x1f\x8b"
PIECE = 64 * 1024
MOST_BYTES = 128 * 1024 * 1024
MOST_LINES = 100_000
LONGEST_LINE = 64 * 1024


def pieces(data: bytes) -> Iterator[bytes]:
    """`data` in pieces, unpacked where it is gzip."""
    if not data.startswith(GZIP):
        view = memoryview(data)
        yield from (bytes(view[i : i + PIECE]) for i in range(0, len(data), PIECE))
        return
    unpacker = zlib.decompressobj(wbits=31)
    waiting = data
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(waiting, PIECE)
            if not piece and not unpacker.unconsumed_tail and not unpacker.eof:
                raise _broken()
            waiting = unpacker.unconsumed_tail
            yield piece
    except zlib.error:
        raise _broken() from None


def _broken() -> Invalid:
    return Invalid(
        Text("gzip 文件损坏或不完整", "The gzip is broken or cut off"), type="broken-gzip"
    )


def _too_large() -> TooLarge:
    megabytes = MOST_BYTES // 1024 // 1024
    return TooLarge(
        Text(
            f"解压后不得超过 {megabytes} MB、{MOST_LINES} 行",
            f"At most {megabytes} MB unpacked and {MOST_LINES} lines",
        )
    )


def numbered(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers (from 1), without blank ones; None: longer than allowed."""
    number, total, rest = 0, 0, b""
    too_long = False
    for piece in pieces(data):
        total += len(piece)
        if total > MOST_BYTES:
            raise _too_large()
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            number += 1
            yield from _line(number, line, too_long)
            too_long = False
        if len(rest) > LONGEST_LINE:
            too_long, rest = True, b""
        if number > MOST_LINES:
            raise _too_large()
    yield from _line(number + 1, rest, too_long)


def _line(number: int, line: bytes, too_long: bool) -> Iterator[tuple[int, bytes | None]]:
    if too_long or len(line) > LONGEST_LINE:
        yield number, None
    elif line := line.strip():
        yield number, line
