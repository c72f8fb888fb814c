"""Who acts for whom at the exchange (pure).

    GOV/<department>          officials of that department at the province
    CITY/<code>, COUNTY/<..>  officials of that division's data bureau, or of its government office
    the exchange itself       administrators of the platform

Guarantees: nothing but what the access token says decides. Does not: look at powers (entrypoints
declare them).
"""

from __future__ import annotations

from services.exchange.domain.members import PROVINCE
from shared.access import Caller

PLATFORM = "platform"
"""The department of those who run the platform."""
OFFICES = ("data", "government-office")
"""Departments that act for the government of a city or county in affairs of data."""


def runs_exchange(caller: Caller | None) -> bool:
    """Whether the caller is of those who run the exchange."""
    return caller is not None and caller.kind == "official" and caller.department == PLATFORM


def acts_for(caller: Caller, member: str) -> bool:
    """Whether the official `caller` acts for `member`."""
    class_, _, code = member.partition("/")
    if caller.kind != "official":
        return False
    if class_ == "GOV":
        return caller.department == code and caller.division == PROVINCE
    return caller.division == code and caller.department in OFFICES


def members_of(caller: Caller) -> list[str]:
    """The members that the official acts for."""
    if caller.division == PROVINCE:
        return [f"GOV/{caller.department}"]
    if caller.department in OFFICES and caller.division:
        class_ = "CITY" if caller.division.endswith("00") else "COUNTY"
        return [f"{class_}/{caller.division}"]
    return []
