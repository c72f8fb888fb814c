"""Bundles of search results (pure).

Source: R4 bundle.html, http.html#paging: links "self" (what was searched for, as it was
understood) and "next" (opaque to the client; absent on the last page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

Resource = Mapping[str, Any]
Parameters = Sequence[tuple[str, str]]


def searchset(
    base: str,
    type_: str,
    asked: Parameters,
    matches: Sequence[Resource],
    *,
    included: Sequence[Resource] = (),
    following: str | None = None,
    total: int | None = None,
) -> dict[str, Any]:
    """A page of results. base: of all FHIR addresses; asked: the parameters that were used."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        **({"total": total} if total is not None else {}),
        "link": _links(f"{base}/{type_}", asked, following),
        **_entries(base, matches, included),
    }


def _links(url: str, asked: Parameters, following: str | None) -> list[dict[str, str]]:
    links = [{"relation": "self", "url": _address(url, asked)}]
    if following:
        kept = [(name, value) for name, value in asked if name != "_page"]
        links.append({"relation": "next", "url": _address(url, [*kept, ("_page", following)])})
    return links


def _address(url: str, parameters: Parameters) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url


def _entries(
    base: str, matches: Sequence[Resource], included: Sequence[Resource]
) -> dict[str, Any]:
    """R4 JSON has no empty arrays: where nothing was found there is no `entry`."""
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": mode},
        }
        for mode, found in (("match", matches), ("include", included))
        for resource in found
    ]
    return {"entry": entries} if entries else {}
