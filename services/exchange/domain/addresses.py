"""Where the systems of departments may be reached (pure), so that nobody can make the exchange call
something else by registering an address (OWASP: server-side request forgery).

Guarantees: by default only ``https`` and public addresses; other networks only where they are
listed. What a name means is judged by the address that a connection has really got (`permits`), so
it does not help to let a name mean something else the next moment.
Does not: resolve names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ipaddress import IPv4Network as Network
from urllib.parse import urlsplit

from shared.text import Text

LONGEST = 400
CONTROL = 0x21
"""Characters below it, and DEL, stand in no address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """schemes: that may be used. networks: that may be reached though they are not public.

    origin: ``scheme://host:port`` that is reached whatever the others say; empty: none.
    """

    schemes: frozenset[str] = frozenset({"https"})
    networks: tuple[Network | IPv6Network, ...] = ()
    origin: str = ""


def reach(schemes: str, networks: str, simulator: str) -> Reach:
    """`Reach` as it is configured: names and networks with commas between, an address."""
    listed = tuple(ip_network(one) for one in _listed(networks))
    return Reach(frozenset(_listed(schemes)), listed, origin(simulator) if simulator else "")


def origin(url: str) -> str:
    """``scheme://host:port`` of `url`; ValueError where it has none."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    if not parts.hostname or port is None:
        raise ValueError("no address of a server")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"


def fault(url: str, allowed: Reach) -> Text | None:
    """Why `url` cannot be the base address of a provider; None where it can."""
    if len(url) > LONGEST or not url.isascii() or any(ord(c) < CONTROL or c == "\x7f" for c in url):
        return Text("地址过长或含有非法字符", "Too long, or with characters that no address has")
    try:
        at, parts = origin(url), urlsplit(url)
    except ValueError:
        return Text("不是有效的服务器地址", "Not the address of a server")
    if "@" in parts.netloc or "?" in url or "#" in url or "\\" in url:
        return Text(
            "地址不得含用户名、查询或片段", "An address has no user, query or fragment in it"
        )
    if at == allowed.origin or parts.scheme in allowed.schemes:
        return None
    names = ", ".join(sorted(allowed.schemes))
    return Text(f"仅允许 {names} 地址", f"Only {names} is allowed")


def permits(address: str, allowed: Reach) -> bool:
    """Whether a connection may go to this IP address."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    listed = any(found in network for network in allowed.networks)
    return listed or (found.is_global and not found.is_multicast and not _hides(found))


def _hides(address: IPv4Address | IPv6Address) -> bool:
    """Whether another address is meant by this one (6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return False
    return bool(address.sixtofour or address.teredo) or address in NAT64


NAT64 = IPv6Network("64:ff9b::/96")


def _listed(text: str) -> Iterable[str]:
    return (one.strip() for one in text.split(",") if one.strip())
