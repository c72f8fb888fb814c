"""What the tests of the exchange share."""

from shared.tests.conftest import mongo_uri, patient

__all__ = ["mongo_uri", "patient"]
