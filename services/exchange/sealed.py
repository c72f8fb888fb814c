"""What the exchange keeps sealed: the keys of records that are followed."""

from services.exchange.usecases.subscribing import context
from shared.sealed import Sealed

SEALED = (Sealed("followed", "sealed", lambda found: context(found.document["_id"])),)
