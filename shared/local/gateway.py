"""The gateway: Debian's nginx with a generated configuration.

`render` knows nothing of the local platform, so other deployments use the same template (`deploy`).
"""

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from shared.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    TooLarge,
    TooManyRequests,
    Unavailable,
    Unexpected,
    problem,
)
from shared.local import checks
from shared.local.edge import Edge, in_hand
from shared.local.ports import HOST, has_ipv6
from shared.local.process import Part
from shared.text import LANGUAGES, Text

TEMPLATE = Path(__file__).with_name("gateway.conf")
PLACES = ("/usr/sbin/nginx", "/usr/local/sbin/nginx")
KEPT_CONNECTIONS = 64
WRITABLE = Path("/tmp")  # noqa: S108  # nosec B108
"""The folder that may be written to in a container, its own file system being read-only."""
BACKLOG = 2048
"""Connections that wait to be accepted; the kernel bounds it."""


class Answer(NamedTuple):
    """What the gateway itself says: nginx's `codes` become one problem document."""

    codes: tuple[int, ...]
    error: ServiceError


ANSWERS = (
    Answer((400, 494, 495, 496, 497), Malformed()),
    Answer((404,), NotFound(Text("没有这样的路径", "There is no such path"))),
    Answer((405, 501), MethodNotAllowed()),
    Answer((413,), TooLarge(Text("请求体不得超过 12 MB", "A body may have 12 MB at most"))),
    Answer((414,), Malformed(Text("请求地址过长", "The address is too long"), type="uri-too-long")),
    Answer((429,), TooManyRequests(retry_after=1)),
    Answer((500,), Unexpected()),
    Answer((502, 503, 504), Unavailable()),
)
EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "$default_policy"),
    ("Strict-Transport-Security", "$transport_security"),
    ("X-Request-Id", "$safe_request_id"),
)
OWN_ANSWERS = (
    *EVERY_ANSWER,
    ("Content-Language", "$language"),
    ("Vary", "Accept-Language"),
    ("Cache-Control", "no-store"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "'Retry-After, X-Request-Id'"),
)


def program() -> str | None:
    """The path of nginx; `/usr/sbin` is not on everybody's PATH."""
    return next(filter(os.path.exists, PLACES), None) or shutil.which("nginx")


def part(folder: Path, port: int, services: Mapping[str, int]) -> Part:
    """The local gateway; `services`: name -> port."""
    home = folder / "gateway"
    home.mkdir(exist_ok=True)
    config = home / "nginx.conf"
    addresses = [f"{HOST}:{port}", *([f"[::1]:{port}"] if has_ipv6() else [])]
    upstreams = {name: f"{HOST}:{number}" for name, number in services.items()}
    text = render(
        upstreams,
        addresses,
        home,
        access_log=f"{folder}/log/gateway.access.log",
        user="www-data" if os.geteuid() == 0 else None,
    )
    config.write_text(text, encoding="utf-8")
    return Part(
        name="gateway",
        command=[str(program()), "-c", str(config), "-p", str(home), "-e", "stderr"],
        env={},
        ready=checks.http_ok(port, "/healthz"),
        orphaned="TERM",  # SIGKILL would leave its workers behind, on the port
    )


def render(
    upstreams: Mapping[str, str],
    addresses: Iterable[str],
    folder: Path,
    *,
    access_log: str = "/dev/stdout",
    workers: int = 1,
    user: str | None = None,
    edge: Edge | None = None,
) -> str:
    """nginx.conf. `upstreams`: service -> host:port; `folder`: for the pid file, writable.

    With `edge` its address counts, not those of `upstreams`; without names, any name is a service.
    """
    values = {
        "folder": str(folder),
        "workers": str(workers),
        "user": f"user {user};" if user else "",
        "access_log": f"{access_log} one_line",
        "edge": edge.http() if edge else "",
        "scheme": edge.scheme if edge else "$scheme",
        "problem_maps": "\n".join(map(_problem_map, ANSWERS)),
        "upstreams": "" if edge else "\n".join(_upstream(*one) for one in upstreams.items()),
        "listen": "\n".join(map(_listen, addresses)),
        "limits": edge.server() if edge else "",
        "headers": _headers(EVERY_ANSWER, 8),
        "error_pages": "\n".join(map(_error_page, ANSWERS)),
        "index": _index(upstreams),
        "locations": edge.locations(upstreams) if edge else "\n".join(map(_location, upstreams)),
        "problem_locations": "\n".join(map(_problem_location, ANSWERS)),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text


def _listen(address: str) -> str:
    return f"        listen {address} backlog={BACKLOG};"


def _upstream(name: str, address: str) -> str:
    return f"""\
    upstream {name} {{
        server {address} max_fails=0;
        keepalive {KEPT_CONNECTIONS};
        keepalive_timeout 30s;
    }}"""


def _location(name: str) -> str:
    return f"        location /{name}/ {{ {in_hand(name)} proxy_pass http://{name}; }}"


def _index(names: Iterable[str]) -> str:
    services = [{"name": name, "openapi": f"/{name}/openapi.json"} for name in names]
    if not services:
        return "return 404;"
    return f"default_type application/json; return 200 '{json.dumps({'services': services})}';"


def _problem_map(answer: Answer) -> str:
    lines = "\n".join(
        f"        {language} {_quoted(json.dumps(_problem(answer, language), ensure_ascii=False))};"
        for language in LANGUAGES
    )
    return f"    map $language $problem_{answer.error.status}_{_word(answer)} {{\n{lines}\n    }}"


def _problem(answer: Answer, language: str) -> dict[str, object]:
    return problem(answer.error, language)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _word(answer: Answer) -> str:
    return answer.error.type.replace("-", "_")


def _headers(headers: Iterable[tuple[str, str]], indent: int) -> str:
    return "\n".join(f"{' ' * indent}add_header {name} {value} always;" for name, value in headers)


def _error_page(answer: Answer) -> str:
    codes = " ".join(map(str, answer.codes))
    return f"        error_page {codes} ={answer.error.status} {_place(answer)};"


def _place(answer: Answer) -> str:
    """Where the answer stands. nginx has no way to a named location (which keeps the address for
    the log) from a request line that it could not read."""
    unread = answer.error.status == Malformed.status
    return f"/.problem/{_word(answer)}" if unread else f"@{_word(answer)}"


def _problem_location(answer: Answer) -> str:
    retry = answer.error.retry_after
    headers = [*OWN_ANSWERS, *([("Retry-After", str(retry))] if retry else [])]
    name, place = f"{answer.error.status}_{_word(answer)}", _place(answer)
    match, scope = ("", "") if place.startswith("@") else ("= ", "internal; ")
    return f"""\
        location {match}{place} {{
            {scope}default_type application/problem+json;
{_headers(headers, 12)}
            return {answer.error.status} $problem_{name};
        }}"""
