"""Queries, verifications, batches: by services of the platform over RPC, by systems over HTTP."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import eventlet

from services.exchange.domain.sequence import Sequences
from services.exchange.reaching import Adapters, ExchangeKey, Reads
from services.exchange.usecases import batching, using
from services.exchange.usecases.granted import granted
from services.exchange.usecases.office import Office, Signature, Token
from services.exchange.using_schemas import BATCH, BatchBody
from shared.access import service
from shared.entrypoints import Call, Reply, http, rpc
from shared.exchange.messages import SALT_BYTES
from shared.store import Collections, Index

READ: Collections = {"grants": (), "nodes": (), "resources": ()}
"""What every use reads; the collections are others'."""
COLLECTIONS: Collections = {"batch_leaves": [Index.on("subjects")]}

NDJSON = "application/x-ndjson"
BATCH_LIMIT = 4 * 2**20
"""Bytes of a batch's body."""
SIGN_OF_LIFE = 1.0
"""Seconds without a line after which a stream says that it is alive."""


class Using:
    """Entrypoints; see the module."""

    store: Any
    vault: Any
    clock: Any
    log: Any
    pulse: Any
    adapters: Any = Adapters()
    key: Any = ExchangeKey()
    reading: Any = Reads(READ)
    sequences: ClassVar[Sequences] = Sequences()
    """Of this process."""

    @property
    def office(self) -> Office:
        """What the use cases work with."""
        return Office(
            store=self.store,
            reading=self.reading,
            log=self.log,
            vault=self.vault,
            signer=self.key.signer,
            adapters=self.adapters,
            pulse=self.pulse,
            now=self.clock,
            seconds=time.monotonic,
            new_salt=lambda: secrets.token_hex(SALT_BYTES),
            new_id=lambda: str(uuid.uuid4()),
            sequences=self.sequences,
        )

    @rpc
    def use(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """The answer to a signed query or verification."""
        return using.use(self.office, request, Signature(signature))

    @rpc
    def batch(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """The answer to a signed chunk of a batch."""
        return batching.chunk(self.office, request, Signature(signature))

    @rpc
    def keys(self) -> dict[str, Any]:
        """The exchange's public keys."""
        return dict(self.key.jwks)

    @rpc
    def granted(self, consumer: str) -> list[dict[str, Any]]:
        """The grants of a consumer, as their events tell them."""
        return granted(self.store, consumer)

    @http(
        "POST",
        "/batches",
        who=service("exchange.consume"),
        body=BatchBody,
        creates=True,
        status=200,
        limit=BATCH_LIMIT,
        produces=NDJSON,
        example=BATCH,
        summary="Many keys at once, answered line by line",
    )
    def batch_over_http(self, call: Call) -> Reply:
        asked = {name.removesuffix("_"): value for name, value in call.body.items()}
        token = Token(call.signed_in.subject, call.signed_in.token_id)
        batching.check_member(call.signed_in, asked["consumer"])
        lines = batching.begun(self.office, asked, token, call.id, call.language)
        return Reply(stream=alive(lines), media_type=NDJSON)


def alive(lines: Iterator[bytes]) -> Iterator[bytes]:
    """`lines`, and b"" every second while the next one is being made."""
    while True:
        making = eventlet.spawn(next, lines, None)
        try:
            while not making.dead:
                with eventlet.Timeout(SIGN_OF_LIFE, exception=False):
                    making.wait()
                    break
                yield b""
            line = making.wait()
        finally:
            making.kill()
        if line is None:
            return
        yield line
