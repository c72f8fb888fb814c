"""The programs for deployment, in a virtual environment of their own (`make tools`)."""

from __future__ import annotations

import shutil

from shared.local.process import ROOT

TOOLS = ROOT / ".tools" / "bin"


def program(name: str) -> str:
    """Its path: from `.tools`, else from PATH."""
    own = TOOLS / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; `make tools` installs it")
    return found
