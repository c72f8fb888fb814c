"""What the tests of the exchange share."""

from shared.tests.conftest import mongo_uri

__all__ = ["mongo_uri"]
