"""Asking an existing system over HTTP, whatever it does."""

import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.exchange.adapters.gates import PLACES
from services.exchange.adapters.http import ANSWER_LIMIT, HttpProvider
from services.exchange.domain.addresses import Reach, reach
from services.exchange.domain.breaker import FAILURES
from services.exchange.domain.content import content_digest
from services.exchange.tests.systems import (
    KEY,
    ORDER,
    Server,
    drips,
    hangs_up,
    right,
    says,
    system,
)
from shared.errors import ServiceError
from shared.exchange.messages import ANSWER, signable, verified
from shared.tests.certificates import make

LOOPBACK = reach("http", "127.0.0.0/8", "")
HEADERS = {"X-Road-Client": "HUNAN/GOV/health/health", "X-Road-Issue": "health/1"}


def provider(allowed: Reach = LOOPBACK, **given):
    """The adapter, which does not really pause."""
    given = {"random": lambda: 1.0, "pause": lambda seconds: None, **given}
    return HttpProvider(allowed, Path("/nowhere"), "kid-of-the-exchange", **given)


def ask(adapter: HttpProvider, url: str, timeout: float = 30.0, **node):
    """An order to the node at `url`."""
    known = {"_id": "GOV/development-reform", "url": url, "tls": None, **node}
    return adapter.ask(known, ORDER, "the-signature", timeout, HEADERS)


def refusal(adapter: HttpProvider, url: str, timeout: float = 30.0, **node) -> ServiceError:
    """The error with which an order ends."""
    with pytest.raises(ServiceError) as refused:
        ask(adapter, url, timeout, **node)
    assert refused.value.detail.zh  # type: ignore[attr-defined]
    return refused.value


def test_answer():
    """The order goes out signed, with its digest and X-Road's headers; the answer comes back with
    the provider's signature over it.
    """
    with system(right) as server:
        answer = ask(provider(), f"{server.url}/nodes/1/")
    path, headers, order = server.seen[0]
    assert (path, order) == ("/nodes/1/barred-person", ORDER)
    assert headers["Exchange-Signature"] == "the-signature"
    assert headers["Exchange-Key"] == "kid-of-the-exchange"
    assert headers["Content-Digest"].startswith("sha-256=:")
    assert headers["X-Road-Client"] == HEADERS["X-Road-Client"]
    assert (headers["X-Road-Issue"], headers["X-Road-Id"]) == ("health/1", ORDER["request"])
    assert "Cookie" not in headers and "requests" not in headers["User-Agent"]
    assert verified(ANSWER, signable(answer), answer["signature"], KEY.public)
    assert answer["data"] == {"barred": False}


@pytest.mark.parametrize("first", [hangs_up, says(503), says(502), says(504), says(429), says(500)])
def test_again(first):
    """What failed is sent once more, the same order, and the answer is as good as the first."""
    pauses = []
    with system(first, right) as server:
        answer = ask(provider(pause=pauses.append), server.url)
    assert answer["found"] and len(server.seen) == 2
    assert server.seen[0][2] == server.seen[1][2]
    assert pauses == [0.1]


def test_tries():
    """It is not sent again without end; the pauses grow, and are a random part."""
    pauses = []
    chance = iter([0.5, 0.25])
    adapter = provider(pause=pauses.append, random=lambda: next(chance, 1.0))
    with system(says(503, Retry_After="7")) as server:
        refused = refusal(adapter, server.url)
    assert (refused.type, refused.status, refused.retry_after) == ("provider-unavailable", 503, 7)
    assert len(server.seen) == 3 and pauses == [0.05, 0.05]


def test_no_time():
    """Without time for a pause it is not sent again."""
    with system(says(503)) as server:
        adapter = provider(random=lambda: 1.0, now=lambda: 0.0)
        assert refusal(adapter, server.url, timeout=0.09).type == "provider-unavailable"
    assert len(server.seen) == 1


def test_nobody():
    """Where nobody listens, it is unavailable."""
    with system(right) as server:
        pass
    assert refusal(provider(), server.url).type == "provider-unavailable"


def test_broken_off():
    """A system that fails is left alone for a while, then probed, then asked again."""
    now = [0.0]
    adapter = provider(now=lambda: now[0])
    with system(*[says(503)] * 6, right) as server:
        for _ in range(2):
            refusal(adapter, server.url)
        assert len(server.seen) == 5
        refused = refusal(adapter, server.url)
        assert (refused.retry_after, len(server.seen)) == (2, 5)
        now[0] += 2
        assert refusal(adapter, server.url).type == "provider-unavailable"
        assert len(server.seen) == 6
        now[0] += 4
        assert ask(adapter, server.url)["found"]
        assert ask(adapter, server.url)["found"]
        assert ask(adapter, server.url, _id="GOV/health")["found"]


def test_not_all_for_one():
    """One system that fails does not keep another from being asked."""
    adapter = provider()
    with system(says(503)) as bad, system(right) as good:
        for _ in range(3):
            refusal(adapter, bad.url)
        assert ask(adapter, good.url, _id="GOV/health")["found"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (says(301, Location="http://127.0.0.1:1/"), "status 301"),
        (says(307, Location="https://system.example/"), "status 307"),
        (says(204, b""), "status 204"),
        (says(400), "status 400"),
        (says(404), "status 404"),
        (says(200, b"{"), "no JSON"),
        (says(200, b"\xff"), "no JSON"),
        (says(200, b"[]"), "no JSON object"),
        (says(200, b"[" * 100_000), "no JSON"),
        (says(200, b" " * (ANSWER_LIMIT + 1)), "too large"),
        (says(200, b"{}", Content_Encoding="gzip"), "compressed"),
        (says(200, b"{}", Content_Digest=content_digest(b"[]")), "Content-Digest"),
    ],
)
def test_no_answer(behaviour, words):
    """What is no answer is refused with the reason, and asked for once only."""
    with system(behaviour) as server:
        refused = refusal(provider(), server.url)
    assert refused.type == "provider-invalid" and words in refused.detail
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b'{"errors": [{"pointer": "/order/key/x", "rule": "too-long", "detail": "a\\u202eb"}]}',
         [("/key/x", "a b", "too-long")]),
        (b'{"errors": [{"pointer": "/x", "rule": "<b>", "detail": 1}]}', [("/x", "", "invalid")]),
        (b'{"errors": [{"pointer": "x"}, {}, 1, null]}', []),
        (b'{"errors": {}}', []),
        (b"[]", []),
        (b"{", []),
    ],
)  # fmt: skip
def test_unacceptable(body, faults):
    """A key that the provider does not accept is the consumer's fault, told in plain words."""
    with system(says(422, body)) as server:
        refused = refusal(provider(), server.url)
    assert (refused.type, refused.status) == ("invalid", 422)
    assert [tuple(error) for error in refused.errors] == faults


def test_alive():
    """A system that answers nonsense is not away: it is asked the next time too."""
    adapter = provider()
    with system(*[says(404)] * 9, right) as server:
        assert {refusal(adapter, server.url).type for _ in range(9)} == {"provider-invalid"}
        assert ask(adapter, server.url)["found"]


@pytest.mark.parametrize(
    "url",
    ["http://user@127.0.0.1/", "file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1/?"],
)
def test_addresses(url):
    """An address that is none is not called."""
    assert refusal(provider(), url).type == "provider-invalid"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_inside(host):
    """A name that leads inside is not called, not a byte of it; nor is http by default."""
    with system(right) as server:
        url = f"http://{host}:{server.server_port}"
        inside = provider(reach("https,http", "10.0.0.0/8", ""))
        assert "must not be reached" in refusal(inside, url).detail
        assert "Only https" in refusal(provider(Reach()), url).detail
        assert server.seen == []
        excepted = provider(reach("https", "", f"http://{host}:{server.server_port}/"))
        assert ask(excepted, url)["found"]


def test_environment(monkeypatch):
    """No proxy of the environment gets to see an order."""
    with system(says(502)) as proxy, system(right) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert ask(provider(), server.url)["found"]
        assert proxy.seen == []


def test_cookies():
    """A cookie that a system sets does not come back to it."""
    with system(says(503, Set_Cookie="a=b"), right) as server:
        ask(provider(), server.url)
    assert "Cookie" not in server.seen[1][1]


LONGEST = 15.0
"""Seconds; the system drips for 20 s to each who does not leave."""
SLOW = """
import eventlet; eventlet.monkey_patch()
import sys, time
from services.exchange.tests.test_wire_provider import LONGEST, provider, refusal
began = time.monotonic()
adapter = provider()
threads = [eventlet.spawn(refusal, adapter, sys.argv[1], 0.5) for _ in range(40)]
types = {thread.wait().type for thread in threads}
print(types, time.monotonic() - began)
assert types == {"provider-unavailable"} and time.monotonic() - began < LONGEST
"""


def slowly(server: Server) -> float:
    """Asks 40 times at once as a service does, by green threads; seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SLOW, server.url],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - began


def test_slow():
    """A system that sends a byte now and then holds nobody beyond the time limit, and so many
    requests only; the next come when one has failed, until it is left alone.
    """
    with system(drips) as server:
        slowly(server)
    assert 0 < len(server.seen) < PLACES + FAILURES


def test_certificates(tmp_path):
    """Both sides show a certificate of an authority that the other believes; else nothing is said,
    and a node cannot name a file that is none of its certificates.
    """
    for name in ("exchange", "system"):
        make(tmp_path, name)
    context = ssl.create_default_context(
        ssl.Purpose.CLIENT_AUTH, cafile=tmp_path / "exchange.ca.pem"
    )
    context.load_cert_chain(tmp_path / "system.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    adapter = HttpProvider(reach("https", "127.0.0.0/8", ""), tmp_path, "kid", pause=lambda _: None)
    with system(right, context=context) as server:
        both = {"certificate": "exchange", "authority": "system"}
        assert ask(adapter, server.url, tls=both)["found"]
        seen = len(server.seen)
        for tls in (
            None,
            {"certificate": "exchange"},
            {"authority": "system"},
            {"certificate": "system", "authority": "system"},
            {"certificate": "exchange", "authority": "exchange"},
        ):
            node = {"_id": str(tls), "tls": tls}
            assert refusal(adapter, server.url, **node).type == "provider-unavailable"
        for name in ("../system", "none", "/etc/passwd", ""):
            tls = {"certificate": "exchange", "authority": name or "."}
            assert "no certificate" in refusal(adapter, server.url, tls=tls).detail
        assert len(server.seen) == seen
