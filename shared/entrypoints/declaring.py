"""The type of Nameko's decorators, which leave the method they decorate as it is."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


class Decorator(Protocol):
    """``@http(...)``: takes the declaration, returns the method unchanged."""

    def __call__(self, *args: Any, **kwargs: Any) -> Callable[[Method], Method]: ...
