"""Guards over every HTTP route of every service."""

import inspect
from collections import Counter
from collections.abc import Iterator

import pytest

from shared.access import Who
from shared.department import Department
from shared.entrypoints.timed import Every
from shared.entrypoints.web import Http
from shared.openapi import PATH_VALUE
from shared.schema import Schema
from tests.architecture.tree import entrypoints, folders, service

READING = {"GET", "HEAD"}
METHODS = {*READING, "POST", "PUT", "PATCH", "DELETE"}

pytestmark = pytest.mark.parametrize("folder", folders())


def routes(folder: str) -> Iterator[tuple[str, Http]]:
    return ((name, route) for name, _, route in entrypoints(folder, Http))


def told(folder: str, route: Http) -> str:
    return f"{route.method} /{folder}{route.path}"


def test_who(folder: str) -> None:
    """Every route says who may call it: nobody by accident, powers for officials only, and systems
    by scope only."""
    for _, route in routes(folder):
        assert isinstance(route.who, Who), told(folder, route)
        assert route.who.public != bool(route.who.kinds), told(folder, route)
        if route.who.powers:
            assert route.who.kinds == {"official"}, told(folder, route)
        if route.who.scopes or "service" in route.who.kinds:
            assert route.who.kinds == {"service"} and route.who.scopes, told(folder, route)


def test_public(folder: str) -> None:
    """What strangers may change is a checked JSON body, and never a move of a record."""
    for _, route in routes(folder):
        if route.who.public and route.method not in READING:
            assert route.body is not None and not route.raw, told(folder, route)
            assert not route.moves, told(folder, route)


def test_private_is_not_kept(folder: str) -> None:
    """Only public answers may be kept by caches."""
    for _, route in routes(folder):
        assert route.cache is None or (route.who.public and route.method in READING), told(
            folder, route
        )


def test_cases_are_private(folder: str) -> None:
    """No route of a department shows or moves a case to strangers."""
    if issubclass(service(folder), Department):
        cases = [r for _, r in routes(folder) if r.path.startswith(("/cases", "/drafts"))]
        assert cases
        assert not [told(folder, r) for r in cases if r.who.public]


def test_methods(folder: str) -> None:
    """Reading changes nothing: it takes no body, creates nothing and moves nothing."""
    for _, route in routes(folder):
        assert route.method in METHODS, told(folder, route)
        if route.method in READING:
            assert not (route.body or route.raw or route.creates or route.moves), told(
                folder, route
            )


def test_said_once(folder: str) -> None:
    """No two methods answer at the same address, and each has a summary."""
    found = Counter((route.method, PATH_VALUE.sub("<>", route.path)) for _, route in routes(folder))
    assert {where: n for where, n in found.items() if n > 1} == {}
    assert all(route.summary.strip() for _, route in routes(folder))
    assert all(route.path.startswith("/") for _, route in routes(folder))


def test_schemas(folder: str) -> None:
    """What comes in and goes out as JSON is declared by schemas, strict ones where it is ours."""
    for _, route in routes(folder):
        for schema in (route.body, route.query):
            assert schema is None or issubclass(schema, Schema), told(folder, route)
            strict = schema is None or schema.Meta.unknown == "raise"
            assert strict or route.refuses is not None, told(folder, route)
        if route.produces == "application/json":
            assert route.reply is not None, f"{told(folder, route)} declares no reply"


def test_arguments(folder: str) -> None:
    """A method takes the call and exactly the values in its path."""
    for _, method, route in entrypoints(folder, Http):
        _, call, *values = inspect.signature(method).parameters
        assert call == "call", told(folder, route)
        assert values == PATH_VALUE.findall(route.path), told(folder, route)


def test_timed(folder: str) -> None:
    """A method that time calls takes nothing."""
    for name, method, _ in entrypoints(folder, Every):
        assert list(inspect.signature(method).parameters) == ["self"], f"{folder}.{name}"
