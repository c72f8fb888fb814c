"""A client that a front-end team makes from the contracts, with tools that are not ours."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from shared.local.services import discover

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / ".tools" / "node_modules"
CLIENT = ROOT / "docs" / "client"
OWN = ("first.ts", "package.json", "tsconfig.json")


@pytest.fixture
def workshop(base_url: str, tmp_path: Path) -> Path:
    """The documentation's client, in a folder with the contracts of all services."""
    if not (NODE_MODULES / ".bin" / "openapi-typescript").exists():
        pytest.skip("openapi-typescript comes from npm, which this machine has not (`make tools`)")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    for name in discover():
        contract = requests.get(f"{base_url}/{name}/openapi.json", timeout=30)
        (tmp_path / f"{name}.json").write_bytes(contract.content)
    apis = {
        name: {"root": f"{name}.json", "x-openapi-ts": {"output": f"{name}.ts"}}
        for name in discover()
    }
    (tmp_path / "redocly.yaml").write_text(json.dumps({"apis": apis}))
    for name in OWN:
        shutil.copy(CLIENT / name, tmp_path)
    return tmp_path


def test_typescript(workshop: Path, base_url: str) -> None:
    """Every contract gives types that compile; the documented example compiles against them, a
    field that no form has does not, and it runs: a name is checked, reserved and read.
    """
    _npm(workshop, "run", "types")
    assert len(list(workshop.glob("*.ts"))) == len(discover()) + 1
    told = json.loads(_npm(workshop, "start", "--", base_url))
    assert told["available"] is True and told["state"] in ("approved", "closed")
    assert told["refused"] == ["/form/colour: Unknown field."]


def _npm(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["npm", "--silent", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
