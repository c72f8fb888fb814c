"""The fault tests' own platform instead of the common one: what they do to it disturbs no other."""

from shared.tests.conftest import patient
from tests.faults.fixtures import clients, ground, phone, platform, token, watch

__all__ = ["clients", "ground", "patient", "phone", "platform", "token", "watch"]
