"""Which addresses of systems the exchange calls."""

import pytest

from services.exchange.domain.addresses import Reach, fault, origin, permits, reach

OPEN = reach("https", "", "")
INTRANET = reach("https,http", "10.20.0.0/16, fd12::/16", "http://127.0.0.1:9000/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://system.example/x", "ftp://system.example", "file:///etc/passwd", "gopher://x",
        "//system.example", "system.example", "", "https://", "https://user@system.example",
        "https://user:word@system.example", "https://system.example?x=1", "https://a.example/#x",
        "https://system.example/\r\nX: y", "https://system.example/ x", "https://例.example",
        "https://system.example:99999", "https://[::1", "https:\\\\system.example",
        "https://system.example\\@10.0.0.1", f"https://system.example/{'x' * 400}",
    ],
)  # fmt: skip
def test_refused(url):
    """What is no plain https address of a server is refused, in both languages."""
    refused = fault(url, OPEN)
    assert refused is not None and refused.zh != str(refused)


def test_taken():
    """Plain addresses are taken; http where it is allowed, or is the one address excepted."""
    assert fault("https://system.example:8443/exchange", OPEN) is None
    assert fault("http://system.example", INTRANET) is None
    only = Reach(origin="http://127.0.0.1:9000")
    assert fault("http://127.0.0.1:9000/nodes/GOV/health", only) is None
    assert fault("http://127.0.0.1:9001/nodes", only) is not None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::",
        "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "2001::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_inside(address):
    """By default nothing inside is reached, however the address is written."""
    assert not permits(address, OPEN)


def test_listed():
    """Public addresses, and the networks that are listed, those only."""
    assert permits("8.8.8.8", OPEN) and permits("2606:4700::1111", OPEN)
    assert permits("10.20.255.1", INTRANET) and permits("::ffff:10.20.0.1", INTRANET)
    assert permits("fd12::1", INTRANET)
    assert not permits("10.21.0.1", INTRANET) and not permits("127.0.0.1", INTRANET)


def test_origin():
    """An origin names its port."""
    assert origin("https://A.example/x") == "https://a.example:443"
    assert origin("http://[::1]:80/x") == "http://[::1]:80"
    assert INTRANET.origin == "http://127.0.0.1:9000"
