"""Memory that an import took, given back to the system.

Guarantees: nothing but that; where the C library is not glibc it does nothing at all.
"""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Return free memory, which glibc would keep for the life of the process."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
