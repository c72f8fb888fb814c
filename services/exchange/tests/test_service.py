"""The service as a whole."""

from services.exchange.service import COLLECTIONS, Service


def test_collections() -> None:
    """Every concern's collections are the service's, each declared once."""
    assert Service.store.collections == COLLECTIONS
