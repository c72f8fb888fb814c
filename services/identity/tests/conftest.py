"""A store and tools for the use cases: real keys and real argon2id, as cheap as it allows."""

import base64
import os

import pytest

from services.identity.hashing import Cost, Passwords
from services.identity.tools import Tools
from shared.personal import Vault
from shared.testing import FakeStore

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(scope="session")
def tools() -> Tools:
    """Tools as in production, at the lowest cost of hashing."""
    return Tools(
        vault=Vault(f"k1:{KEY}", KEY),
        keyring=Vault(f"k1:{KEY}", KEY),
        passwords=Passwords(Cost(8, 1, 1), at_once=2, waiting=10),
        random=os.urandom,
        issuer="https://issuer",
        audience="platform",
    )


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore({"accounts": [("logins",)], "clients": [("client_id",)]})
