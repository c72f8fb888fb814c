"""The gateway at the edge: names without a list, limits, who the client is; a real nginx."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest
import requests

from shared.local import gateway
from shared.local.checks import http_ok, tcp
from shared.local.edge import Edge
from shared.local.ports import HOST, Block
from shared.local.process import ROOT
from tests.journeys.people import eventually

BURST, IN_HAND = 20, 3
MOST = 500
"""Requests after which even a slow client must have gone beyond its rate."""
CLIENT = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def edge(tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The addresses of a gateway that knows no service by name: its port, and the unclaimed one."""
    block = Block()
    port, unclaimed, upstream = block.next(), block.next(), block.next()
    address = f"{HOST}:{upstream}"
    how = Edge(
        "127.0.0.1",
        address,
        trusted=("127.0.0.0/8",),
        burst=BURST,
        rate=1,
        in_hand=IN_HAND,
        unclaimed=unclaimed,
    )
    folder: Path = tmp_path_factory.mktemp("edge")
    text = gateway.render({}, [f"{HOST}:{port}"], folder, edge=how)
    (folder / "nginx.conf").write_text(
        text.replace(f"listen {unclaimed};", f"listen {HOST}:{unclaimed};")
    )
    command = [str(gateway.program()), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    echo = [sys.executable, "-m", "tests.deploy.echo", str(upstream)]
    running = [
        subprocess.Popen(each, stderr=subprocess.DEVNULL, cwd=ROOT) for each in (echo, command)
    ]
    try:
        eventually(lambda: tcp(upstream)() is None, "the service")
        eventually(lambda: http_ok(port, "/healthz")() is None, "the gateway")
        yield f"http://{HOST}:{port}", f"http://{HOST}:{unclaimed}"
    finally:
        for process in running:
            process.terminate()
            process.wait(30)
        block.release()


def test_any_service(edge):
    """A path goes on unchanged, with the client's scheme as its trusted proxy says it."""
    answer = requests.get(f"{edge[0]}/housing/a%2Fb//c?d=1", headers=CLIENT, timeout=30).json()
    assert answer["path"] == "/housing/a%2Fb//c?d=1"
    assert answer["headers"]["X-Forwarded-For"] == "203.0.113.7"
    assert answer["headers"]["X-Forwarded-Proto"] == "https"


@pytest.mark.parametrize("path", ["/", "/housing", "/Housing/x", "/rabbit-mq/x", "/a.b/x"])
def test_no_service(edge, path):
    """What cannot be a service's name is not looked up."""
    answer = requests.get(edge[0] + path, headers={"X-Forwarded-For": "203.0.113.8"}, timeout=30)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_unclaimed(edge):
    """Where nobody has claimed the path, the answer is a 404 problem."""
    answer = requests.get(f"{edge[1]}/housing/x", headers={"Accept-Language": "en"}, timeout=30)
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such path")


def test_transport(edge):
    """Who came by TLS is told to come by TLS from now on; who did not is told nothing of it."""
    by_tls, plain = (
        requests.get(
            f"{edge[0]}/housing/x", headers={**CLIENT, "X-Forwarded-Proto": scheme}, timeout=30
        )
        for scheme in ("https", "http")
    )
    assert by_tls.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in plain.headers


def test_rate(edge):
    """A client has its rate; another is not held back by it."""
    first, other = ({"X-Forwarded-For": address} for address in ("203.0.113.9", "203.0.113.10"))
    with requests.Session() as session:
        url = f"{edge[0]}/housing/x"
        answers = (session.get(url, headers=first, timeout=30) for _ in range(MOST))
        taken, refused = next((n, a) for n, a in enumerate(answers) if a.status_code != 200)
        assert taken >= BURST and refused.status_code == 429
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert refused.headers["Retry-After"] == "1"
        assert session.get(url, headers=other, timeout=30).status_code == 200


def test_in_hand(edge):
    """What is too much for one service is refused at once; others, and streams, are not."""

    def wait(number: int) -> requests.Response:
        who = {"X-Forwarded-For": f"203.0.113.{100 + number}"}
        return requests.get(f"{edge[0]}/housing/wait", headers=who, timeout=60)

    with ThreadPoolExecutor(IN_HAND + 2) as pool:
        waiting = [pool.submit(wait, number) for number in range(IN_HAND + 2)]
        answered = as_completed(waiting)
        refused = [next(answered).result() for _ in range(2)]
        stream = {"X-Forwarded-For": "203.0.113.120", "Accept": "text/event-stream"}
        assert requests.get(f"{edge[0]}/housing/x", headers=stream, timeout=30).ok
        other = {"X-Forwarded-For": "203.0.113.121"}
        assert requests.get(f"{edge[0]}/health/go", headers=other, timeout=30).ok
    assert {(one.status_code, one.headers["Retry-After"]) for one in refused} == {(503, "2")}
    statuses = Counter(one.result().status_code for one in waiting)
    assert statuses == {200: IN_HAND, 503: 2}


def test_size(edge):
    """A body beyond 12 MB does not reach a service."""
    answer = requests.post(f"{edge[0]}/housing/x", data=b"x" * (12 * 2**20 + 1), timeout=30)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
