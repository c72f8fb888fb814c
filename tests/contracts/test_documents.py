"""The contracts of all services as generators of clients meet them."""

from __future__ import annotations

import warnings
from importlib import import_module

import pytest

from shared.local.services import discover
from shared.openapi import document
from shared.tests.test_openapi import routes


@pytest.mark.parametrize("service", discover())
def test_names(service: str) -> None:
    """No two schemas of a contract share a name: the second would be called "Name1", and change
    its name in every client when another route is added.
    """
    cls = import_module(f"services.{service}.service").Service
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        document(service, service, routes(cls), getattr(cls, "variants", dict)())
    assert not [str(one.message) for one in told if "resolved to the name" in str(one.message)]
