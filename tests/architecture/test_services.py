"""Guards over the shape of every service: who knows one knows all."""

from collections import Counter
from itertools import chain

import pytest
import yaml
from nameko.cli.main import setup_yaml_parser

from shared.config import load_config
from shared.department import Department
from shared.department.service import CASES
from shared.division import departments
from shared.entrypoints import Remote, Store
from shared.labels import unlabelled
from shared.openapi import json_schema
from shared.schema import load
from tests.architecture.tree import SERVICES, folders, publishes, service

FILES = ("README.md", "__init__.py", "service.py", "events.py", "config.yml")
README_LINES = 80

each = pytest.mark.parametrize("folder", folders())


def department_folders() -> list[str]:
    return [f for f in folders() if issubclass(service(f), Department)]


def test_found() -> None:
    """There are services."""
    assert folders()


@each
def test_files(folder: str) -> None:
    """Every service has the same files."""
    missing = [name for name in FILES if not (SERVICES / folder / name).exists()]
    assert missing == []
    assert list((SERVICES / folder / "tests").glob("test_*.py")), f"{folder} has no tests"


@each
def test_name(folder: str) -> None:
    """The folder is the service's name; the title is for people."""
    assert service(folder).name == folder  # type: ignore[attr-defined]
    assert getattr(service(folder), "title", ""), f"{folder} has no title"
    assert publishes(folder) is not None


@each
def test_readme(folder: str) -> None:
    """The README fits one screen or two."""
    text = (SERVICES / folder / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= README_LINES
    assert text.startswith("# ")


@each
def test_config(folder: str) -> None:
    """A service's configuration names its own keys only, and is complete without environment."""
    own = SERVICES / folder / "config.yml"
    setup_yaml_parser()
    keys = (yaml.safe_load(own.read_text(encoding="utf-8")) or {}).keys()
    assert not keys & load_config().keys(), "common keys belong to shared/config.yml"
    assert load_config(own).keys() >= keys


@each
def test_remotes(folder: str) -> None:
    """A service asks services that exist, and not itself."""
    remotes = [v for v in _attributes(folder) if isinstance(v, Remote)]
    assert {r.service for r in remotes} <= set(folders()) - {folder}


@each
def test_store(folder: str) -> None:
    """A service has one store at most; a department's holds what every department owns."""
    stores = [v for v in _attributes(folder) if isinstance(v, Store)]
    assert len(stores) <= 1
    if issubclass(service(folder), Department):
        assert CASES.keys() <= stores[0].collections.keys()


def _attributes(folder: str) -> list[object]:
    merged: dict[str, object] = {}
    for cls in reversed(service(folder).__mro__):
        merged |= vars(cls)
    return list(merged.values())


@each
def test_items(folder: str) -> None:
    """A department's items are its own, keep within the law's time, speak to people in both
    languages, and can be tried."""
    cls = service(folder)
    if not issubclass(cls, Department):
        return
    assert cls.department in {d.code for d in departments()}
    for item in (practice.item for practice in cls.practices):
        assert item.department == cls.department, item.code
        assert item.promised_days <= item.statutory_days, item.code
        assert item.consultation_phone != item.complaint_phone, item.code
        form = json_schema(item.form)
        assert form["type"] == "object", item.code
        assert list(unlabelled(form)) == [], f"{item.code}: people cannot be shown its form"
        assert item.example, f"{item.code} has no example"
        load(item.form(), dict(item.example))


def test_codes() -> None:
    """No two items of the province share a code."""
    practices = chain.from_iterable(service(f).practices for f in department_folders())  # type: ignore[attr-defined]
    codes = Counter(practice.item.code for practice in practices)
    assert [code for code, n in codes.items() if n > 1] == []
