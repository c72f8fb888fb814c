"""Places in a form, by JSON pointer (RFC 6901) (pure).

Guarantees: what is not there is `ABSENT`, whatever else the form is; a form is never changed, a
changed copy is given. Does not: put values into lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ABSENT: Final = object()


def at(form: Any, pointer: str) -> Any:
    """What stands at `pointer` ("/owners/0/name"), or `ABSENT`."""
    for step in _steps(pointer):
        if isinstance(form, Mapping) and step in form:
            form = form[step]
        elif isinstance(form, list) and step.isdecimal() and int(step) < len(form):
            form = form[int(step)]
        else:
            return ABSENT
    return form


def put(form: Mapping[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy of `form` with `value` at `pointer`; objects on the way are made where there are none,
    and what is no object makes place."""
    step, *further = _steps(pointer)
    if not further:
        return {**form, step: value}
    below = form.get(step)
    inner = below if isinstance(below, Mapping) else {}
    return {**form, step: put(inner, "/" + "/".join(map(_escaped, further)), value)}


def without(form: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """A copy of `form` that has nothing at `pointer`."""
    step, *further = _steps(pointer)
    if not further:
        return {name: value for name, value in form.items() if name != step}
    below = form.get(step)
    if not isinstance(below, Mapping):
        return dict(form)
    return {**form, step: without(below, "/" + "/".join(map(_escaped, further)))}


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
