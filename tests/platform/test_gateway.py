"""What the gateway does with requests, and what it says itself."""

from __future__ import annotations

import requests

from shared.local import Platform
from tests.journeys.people import eventually

PROBLEM = "application/problem+json"


def get(platform: Platform, path: str, **headers: str) -> requests.Response:
    return requests.get(platform.url + path, headers=headers, timeout=30)


def logged(platform: Platform, path: str) -> str:
    """The access log, once it knows of `path`."""
    log = platform.log("gateway.access")
    return log if path in log else ""


def test_routes(platform):
    """A path goes to the service it names, unchanged and with the query."""
    for name in ("alpha", "beta"):
        answer = get(platform, f"/{name}/a%2Fb//c?d=1").json()
        assert (answer["name"], answer["path"]) == (name, f"/{name}/a%2Fb//c?d=1")


def test_index(platform):
    """The root lists the services and where their contracts are."""
    services = get(platform, "/").json()["services"]
    assert services == [
        {"name": "alpha", "openapi": "/alpha/openapi.json"},
        {"name": "beta", "openapi": "/beta/openapi.json"},
    ]


def test_nobody(platform):
    """A path of no service is a 404 problem, in the language asked for, and not cached."""
    answer = get(platform, "/gamma/x", **{"Accept-Language": "en"})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.json() == {
        "type": "/problems/not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no such path",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_language(platform):
    """Chinese unless English is asked for before it."""
    wanted = {"": "zh", "fr": "zh", "en-GB, zh": "en", "zh-CN,en;q=0.9": "zh", "fr, en": "en"}
    for accepted, language in wanted.items():
        answer = get(platform, "/gamma", **{"Accept-Language": accepted})
        assert answer.headers["Content-Language"] == language, accepted
        assert (answer.json()["title"] == "未找到") == (language == "zh")


def test_private_paths(platform):
    """Health is a matter of each service's own port."""
    assert get(platform, "/readyz").status_code == 404


def test_own_answers_pass(platform):
    """A service's own 503, its headers and its own content policy reach the client as they are."""
    answer = get(platform, "/alpha/busy")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "77")
    assert answer.headers["Content-Security-Policy"] == "own"
    assert answer.json()["name"] == "alpha"


def test_down(platform):
    """A service that is down is a 503 problem with Retry-After; the others go on."""
    platform.kill("alpha")
    try:
        answer = get(platform, "/alpha/x", **{"Accept-Language": "en"})
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.headers["Retry-After"].isdecimal()
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json()["type"] == "/problems/unavailable"
        assert get(platform, "/beta/x").status_code == 200
    finally:
        platform.start_part("alpha")
    assert get(platform, "/alpha/x").status_code == 200


def test_never_twice(platform):
    """A POST whose connection breaks is told to the client, and was sent once."""
    for _ in range(3):
        get(platform, "/alpha/warm")
    answer = requests.post(f"{platform.url}/alpha/break", data=b"x", timeout=30)
    assert answer.status_code == 503
    assert get(platform, "/alpha/x").json()["seen"].count("POST /alpha/break") == 1


def test_large_body(platform):
    """10 MB pass; more than 12 MB is a 413 problem."""
    taken = requests.post(f"{platform.url}/alpha/x", data=b"x" * 10_000_000, timeout=30)
    assert taken.json()["length"] == 10_000_000
    refused = requests.post(f"{platform.url}/alpha/x", data=b"x" * 13_000_000, timeout=30)
    assert refused.status_code == 413
    assert refused.json()["type"] == "/problems/too-large"


def test_passed_headers(platform):
    """The trace goes through; who asked is said by the gateway, whatever the client claims."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    told = get(
        platform,
        "/alpha/x",
        traceparent=trace,
        **{"X-Request-Id": "request-0001", "X-Forwarded-For": "6.6.6.6"},
    )
    sent = told.json()["headers"]
    assert sent["traceparent"] == trace
    assert sent["x-request-id"] == told.headers["X-Request-Id"] == "request-0001"
    assert sent["x-forwarded-for"] in ("127.0.0.1", "::1")
    assert sent["x-forwarded-proto"] == "http"
    assert sent["x-forwarded-host"] == platform.url.removeprefix("http://")


def test_bad_request_id(platform):
    """A request id that could break a log line is replaced."""
    answer = get(platform, "/alpha/x", **{"X-Request-Id": 'a"b c'})
    assert answer.headers["X-Request-Id"].isalnum()


def test_security_headers(platform):
    """Every answer carries them, and nothing tells the server's version."""
    for path in ("/", "/alpha/x", "/gamma"):
        headers = get(platform, path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Server"] == "nginx" or path == "/alpha/x"


def test_log_without_query(platform):
    """The access log has paths, never what stands after the question mark."""
    get(platform, "/alpha/logged?number=430104199001010019")
    log = eventually(lambda: logged(platform, "/alpha/logged"), "the line")
    assert "430104199001010019" not in log
