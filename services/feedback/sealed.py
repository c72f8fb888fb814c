"""What feedback keeps sealed: e-mail addresses, and what the public writes."""

from shared.sealed import Sealed, by_id

SEALED = (Sealed("contacts", "sealed", by_id), Sealed("requests", "sealed", by_id))
