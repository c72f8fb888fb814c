"""Who may import whom (`.importlinter`), checked over the whole tree."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT

PROGRAM = Path(sys.executable).parent / "lint-imports"


def test_contracts() -> None:
    """All import contracts are kept."""
    checked = subprocess.run(
        [str(PROGRAM)], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert checked.returncode == 0, checked.stdout[checked.stdout.find("Contracts") :]
