"""The operator's command as tests run it: in this process, on a platform of theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from shared.local import Platform
from shared.local.places import RUNNING
from shared.ops.__main__ import main
from shared.ops.setting import SECRETS


class Told(NamedTuple):
    """exit_code, and what the command told."""

    exit_code: int
    rows: list[dict[str, Any]]
    lines: list[str]
    error: str


Operate = Callable[..., Told]
"""``operate(platform, "queues", "--all")``; a folder instead where no platform runs."""


@pytest.fixture
def operate(capsys: pytest.CaptureFixture[str]) -> Iterator[Operate]:
    """The command with the platform's addresses, services and secrets; nothing stays in the
    environment."""
    before = dict(os.environ)

    def run(at: Platform | Path, *arguments: str, services: dict[str, str] | None = None) -> Told:
        named = services or {}
        chosen = [f"--service={name}={module}" for name, module in named.items()]
        files = [
            file for file in settings(at if isinstance(at, Path) else at.folder) if file.exists()
        ]
        options = [*chosen, *(f"--settings={file}" for file in files)]
        capsys.readouterr()
        os.environ.clear()
        os.environ.update(before)
        code = main(["--json", *options, *arguments])
        said = capsys.readouterr()
        told = orjson.loads(said.out) if said.out else {"rows": [], "lines": []}
        return Told(code, told["rows"], told["lines"], said.err)

    yield run
    os.environ.clear()
    os.environ.update(before)


def settings(folder: Path) -> list[Path]:
    """Where a platform keeps its addresses and its secrets."""
    return [folder / RUNNING, folder / SECRETS]
