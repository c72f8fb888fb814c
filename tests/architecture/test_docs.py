"""What the pages for people say of the sources is so."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md"), ROOT / "README.md"])
TEST = re.compile(r"`((?:tests|services|shared)/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named(page: Path) -> None:
    """Each test that a page names exists, and each file that it links to."""
    text = page.read_text(encoding="utf-8")
    tests = [f"{file}::{name}" for file, name in TEST.findall(text) if name not in functions(file)]
    files = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert (tests, files) == ([], [])
