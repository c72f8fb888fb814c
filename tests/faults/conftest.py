"""The fault tests' own platform instead of the common one: what they do to it disturbs no other."""

from tests.faults.fixtures import clients, phone, platform, token, watch

__all__ = ["clients", "phone", "platform", "token", "watch"]
