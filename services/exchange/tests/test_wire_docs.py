"""The provider in docs/exchange.md, run as it stands there and asked as the exchange asks."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.exchange.adapters.http import HttpProvider
from services.exchange.domain import use
from services.exchange.domain.addresses import reach
from services.exchange.tests.test_wire_simulator import EXCHANGE, STRANGER, ZHANG
from shared.errors import Unexpected
from shared.exchange.messages import ANSWER, ORDER, Signer, instant, public_key, signable, verified
from shared.tests.conftest import free_port, wait_for

DOCS = Path(__file__).parents[3] / "docs" / "exchange.md"
NODE = "GOV/natural-resources"


class Platform(BaseHTTPRequestHandler):
    """The one address of the platform that a provider reads."""

    def do_GET(self) -> None:
        assert self.path == "/exchange/.well-known/jwks.json"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": [EXCHANGE.jwk]}).encode())

    def log_message(self, *args: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, platform: str) -> Iterator[dict[str, Any]]:
    """The program of the page, started: {url, jwk}."""
    folder = tmp_path_factory.mktemp("provider")
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (program,) = (block for block in blocks if block.startswith('"""provider.py'))
    (folder / "provider.py").write_text(program, encoding="utf-8")
    (folder / "node.key").write_text(base64.b64encode(b"k" * 32).decode())
    port = free_port()
    command = [sys.executable, "provider.py", NODE, str(port), platform, "node.key"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        jwk = json.loads(process.stdout.readline())
        wait_for(port, process)
        yield {"url": f"http://127.0.0.1:{port}/exchange", "jwk": jwk}
        process.terminate()


def ask(example: dict[str, Any], signer: Signer = EXCHANGE, **given: Any) -> tuple[Any, Any]:
    """The order, and the answer to it."""
    order = {
        "request": "4f56f3aa-e325-5157-b793-974417a10de2",
        "attempt": 1,
        "at": instant(datetime.now(UTC)),
        "kind": "query",
        "resource": "land-right",
        "version": 1,
        "key": {"identity": ZHANG},
        "keys": None,
        "fields": ["right", "area"],
        "claims": None,
        "salt": "ab" * 16,
        **given,
    }
    provider = HttpProvider(reach("http", "127.0.0.0/8", ""), Path("/none"), EXCHANGE.kid)
    node = {"_id": NODE, "url": example["url"], "tls": None}
    assert provider.is_alive(node)
    return order, provider.ask(node, order, signer.sign(ORDER, order), 30.0)


@pytest.mark.parametrize(
    ("given", "content"),
    [
        ({}, {"found": True, "data": {"right": "ownership", "area": 89}, "holds": None}),
        ({"key": {"identity": "1"}}, {"found": False, "data": None, "holds": None}),
        ({"kind": "verify", "fields": ["area"], "claims": {"area": 89}},
         {"found": True, "data": None, "holds": True}),
        ({"kind": "verify", "fields": ["area"], "claims": {"area": 90}},
         {"found": True, "data": None, "holds": False}),
    ],
)  # fmt: skip
def test_answers(example: dict[str, Any], given: dict[str, Any], content: dict[str, Any]) -> None:
    """What the page's program answers passes every check of the exchange."""
    order, answer = ask(example, **given)
    assert use.fault(order, NODE, answer, datetime.now(UTC)) is None
    key = public_key(example["jwk"])
    assert verified(ANSWER, signable(answer), answer["signature"], key)
    assert {name: answer[name] for name in content} == content


@pytest.mark.parametrize("given", [{"signer": STRANGER}, {"at": "2020-01-01T00:00:00.000Z"}])
def test_refuses(example: dict[str, Any], given: dict[str, Any]) -> None:
    """It refuses what the exchange did not sign, or not now."""
    with pytest.raises(Unexpected, match="status 403"):
        ask(example, **given)
