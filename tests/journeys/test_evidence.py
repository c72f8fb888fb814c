"""A system that is refused finds the refusal in the log, and anybody can check the log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from services.exchange.domain import checkpoint, tiles
from services.exchange.using_schemas import BATCH
from tests.journeys.people import PASSWORD, Person, ok, problem
from tests.journeys.test_clients import client

EVIDENCE = "/exchange/evidence"
AUDITOR = "13900000031"
MEMBER = "COUNTY/430104"


def verify(*arguments: str, **env: str) -> tuple[int, str]:
    """The command, as somebody else runs it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "services.exchange.verify", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def system(anyone: Person, made: dict[str, Any]) -> Person:
    """The system of the client `made`, signed in."""
    form = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    }
    token = ok(anyone.post("/identity/tokens", data=form))["access_token"]
    signed_in = Person(anyone.base_url)
    signed_in.headers["Authorization"] = f"Bearer {token}"
    return signed_in


def refused(hospital: Person, client_id: str) -> dict[str, Any]:
    """The record of a use that is refused, the last one of the system's node."""
    body = {**BATCH, "consumer": f"{MEMBER}/{client_id}", "grant": str(uuid.uuid4())}
    assert not hospital.create("/exchange/batches", body).ok
    lines = hospital.get(f"{EVIDENCE}/system/records").content.splitlines()
    *_, last, end = (json.loads(line) for line in lines)
    assert end.keys() == {"checkpoint"}
    record: dict[str, Any] = last["record"]
    assert record["consumer"] == body["consumer"] and record["outcome"].startswith("refused:")
    return record


def test_evidence(administrator: Person, anyone: Person, base_url: str, tmp_path: Path) -> None:
    """A refusal is in the log with a receipt that proves it; the log is checked by the system's
    node and by an auditor, each against a copy of its own; others see hashes."""
    made = client(administrator, secret=True)
    hospital = system(anyone, made)
    record = refused(hospital, made["client_id"])
    found = ok(hospital.get(f"{EVIDENCE}/system/records/{record['id']}"))
    assert [item["record"] for item in found["items"]] == [record]

    key = ok(anyone.get(f"{EVIDENCE}/keys"))["verifier"]
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps(found), encoding="utf-8")
    assert verify("receipt", str(receipt), "--key", key)[0] == 0

    log = ("log", "--url", base_url, "--key", key)
    token = str(hospital.headers["Authorization"]).removeprefix("Bearer ")
    own = (*log, "--copy", str(tmp_path / "own"), "--system", "--node", MEMBER)
    every = (*log, "--copy", str(tmp_path / "all"), "--all", "--login", AUDITOR)
    for _ in range(2):
        for arguments, env in (
            (own, {"EVIDENCE_TOKEN": token}),
            (every, {"EVIDENCE_PASSWORD": PASSWORD}),
        ):
            code, told = verify(*arguments, **env)
            assert code == 0, told
        refused(hospital, made["client_id"])


def test_open(anyone: Person, zhang: Person) -> None:
    """Head, tiles and proofs are for everybody, and can be kept; records are not."""
    head = anyone.get(f"{EVIDENCE}/checkpoint")
    assert head.headers["Content-Type"] == "text/plain; charset=utf-8"
    origin, key = checkpoint.parsed_key(ok(anyone.get(f"{EVIDENCE}/keys"))["verifier"])
    size = checkpoint.read(head.text, origin, key).size
    if size % 256:
        place = tiles.Place(0, size // 256, size % 256)
        tile = anyone.get(f"{EVIDENCE}/tile/{place.path}")
        assert len(tile.content) == 32 * place.width
        assert tile.headers["Cache-Control"] == "public, max-age=31536000"
    assert ok(anyone.get(f"{EVIDENCE}/consistency?from=0&to={size}"))["proof"] == []
    for path in ("tile/0/999", "tile/0/x", "tile/64/000", "heads/1999-01-01"):
        problem(anyone.get(f"{EVIDENCE}/{path}"), 404)
    problem(anyone.get(f"{EVIDENCE}/records"), 401)
    problem(zhang.get(f"{EVIDENCE}/records"), 403)
    problem(zhang.get(f"{EVIDENCE}/system/records"), 403)
