"""Guards over the text of the project."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, folders

LONGEST_FILE, LONGEST_FUNCTION = 350, 60
"""Lines of code: without blank lines, comments and docstrings."""

REGISTRIES = re.compile(
    "|".join((r"(?<!emit-)index" + "-url", '"resol' + 'ved"', "python" + "hosted", "/simp" + "le/"))
)
BINARY = {".png", ".jpg", ".ico", ".pdf", ".ttf", ".otf", ".woff2", ".gz", ".zip"}

IMPURE_MODULES = {"os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
IMPURE_CALLS = {
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
}


@cache
def tracked() -> tuple[Path, ...]:
    """The files that belong to the project."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listed.stdout.decode().split("\0")
    return tuple(ROOT / n for n in names if n and (ROOT / n).is_file())


def python() -> list[Path]:
    return [f for f in tracked() if f.suffix == ".py"]


def told(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def docstrings(module: ast.Module) -> set[int]:
    """The lines of strings that stand alone."""
    alone = (
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
    return {n for node in alone for n in range(node.lineno, (node.end_lineno or 0) + 1)}


@cache
def code_lines(file: Path) -> frozenset[int]:
    """The lines that hold code."""
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    code = {n for n, line in lines if line.strip() and not line.lstrip().startswith("#")}
    return frozenset(code - docstrings(tree(file)))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(tree(file)) if isinstance(node, kinds))


def test_small_files() -> None:
    """No file of Python is so long that all layers could meet in it."""
    lengths = {told(f): len(code_lines(f)) for f in python() if "tests" not in f.parts}
    assert {f: n for f, n in lengths.items() if n > LONGEST_FILE} == {}


def test_small_functions() -> None:
    """No function is too long to be seen at once."""
    long = {
        f"{told(file)}: {function.name}": length
        for file in python()
        for lines in [code_lines(file)]
        for function in functions(file)
        if (length := len(lines & set(range(function.lineno, (function.end_lineno or 0) + 1))))
        > LONGEST_FUNCTION
    }
    assert long == {}


def test_docstrings() -> None:
    """Every module says what it is; every test says what must hold."""
    modules = [f for f in python() if "tests" not in f.parts and tree(f).body]
    assert [told(f) for f in modules if not ast.get_docstring(tree(f))] == []
    tests = [f for f in python() if f.name.startswith("test_")]
    untold = [
        f"{told(file)}: {function.name}"
        for file in tests
        for function in tree(file).body
        if isinstance(function, ast.FunctionDef)
        and function.name.startswith("test_")
        and not ast.get_docstring(function)
    ]
    assert untold == []


def domain_files(folder: str) -> list[Path]:
    own = ROOT / "services" / folder
    return sorted([*own.glob("domain.py"), *own.glob("domain/**/*.py")])


@pytest.mark.parametrize("folder", folders())
def test_pure_domain(folder: str) -> None:
    """A domain has no clock, chance or environment of its own: all that is passed in."""
    assert domain_files(folder), f"services/{folder} has no domain"
    for file in domain_files(folder):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names}
                assert not names & IMPURE_MODULES, f"{told(file)} imports {names}"
            if isinstance(node, ast.ImportFrom):
                assert node.module not in IMPURE_MODULES, f"{told(file)} imports {node.module}"
            if isinstance(node, ast.Call):
                called = _called(node.func)
                assert called not in IMPURE_CALLS, f"{told(file)}:{node.lineno} calls {called}"


def _called(function: ast.expr) -> tuple[str, str]:
    """("datetime", "now") of ``datetime.now()`` and of ``datetime.datetime.now()``."""
    if not isinstance(function, ast.Attribute):
        return "", ""
    owner = function.value
    return str(getattr(owner, "attr", getattr(owner, "id", ""))), function.attr


def test_no_registry() -> None:
    """Where packages come from is the reader's own affair: no file names a registry."""
    named = [
        f"{told(file)}: {word}"
        for file in tracked()
        if file.suffix not in BINARY
        for text in [file.read_text(encoding="utf-8", errors="replace")]
        for word in REGISTRIES.findall(text)
    ]
    assert named == []
