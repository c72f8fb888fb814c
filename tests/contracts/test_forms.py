"""What front-end teams are shown of a form is so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from services.enterprise.items import ESTABLISHMENT
from shared.openapi import json_schema
from tests.architecture.tree import ROOT


def differences(shown: Any, actual: Any, at: str = "") -> Iterator[str]:
    """Where `shown`, of which parts may be missing, is not as it is."""
    if isinstance(shown, Mapping) and isinstance(actual, Mapping):
        for name, each in shown.items():
            yield from differences(each, actual.get(name), f"{at}/{name}")
    elif shown != actual:
        yield f"{at}: {shown} is shown, {actual} is told"


def test_shown() -> None:
    """The excerpt in docs/http.md is part of the form that it names."""
    page = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    excerpt = page.split("## Forms\n")[1].split("```json\n")[1].split("```")[0]
    assert list(differences(json.loads(excerpt), json_schema(ESTABLISHMENT.form))) == []
