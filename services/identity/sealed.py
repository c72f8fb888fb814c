"""What identity keeps sealed: personal numbers, and the private parts of its signing keys."""

from services.identity.signing import key_context
from services.identity.usecases.common import seal_context
from shared.sealed import Found, Sealed


def _number(found: Found) -> bytes:
    return seal_context(found.document["_id"], found.path[-1])


SEALED = (
    Sealed("accounts", "sealed.*", _number),
    Sealed("guardianships", "sealed", lambda f: seal_context(f.document["_id"], "child")),
    Sealed(
        "keys", "keys.*.sealed", lambda f: key_context(f.holder["public"]), "KEY_ENCRYPTION_KEY"
    ),
)
