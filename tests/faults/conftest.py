"""The fault tests' own platform instead of the common one: what they do to it disturbs no other."""

from tests.faults.fixtures import clients, ground, phone, platform, token, watch

__all__ = ["clients", "ground", "phone", "platform", "token", "watch"]
