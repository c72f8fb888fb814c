"""Manifests to ask about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Manifests:
    """Documents of a rendering; `one("Deployment", "education")`."""

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        self._documents = [document for document in documents if document]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._documents)

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [document for document in self if document["kind"] in kinds]

    def one(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = [d for d in self.of(kind) if d["metadata"]["name"] == name]
        return found

    def names(self, kind: str) -> list[str]:
        return [document["metadata"]["name"] for document in self.of(kind)]


def pod(workload: dict[str, Any]) -> dict[str, Any]:
    """The pod of a Deployment or a Job."""
    found: dict[str, Any] = workload["spec"]["template"]["spec"]
    return found


def labels(workload: dict[str, Any]) -> dict[str, str]:
    """Those of its pods."""
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def fits(selector: dict[str, Any], having: dict[str, str]) -> bool:
    """Whether a selector's `matchLabels` are all there; the empty one fits everything."""
    return selector.get("matchLabels", {}).items() <= having.items()


def values(node: Any, key: str) -> Iterator[Any]:
    """All values of `key`, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values(item, key)
