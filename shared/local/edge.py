"""What a gateway at the edge has that a local one has not: names, limits, and who the client is.

Guaranteed: services are looked up as often as their addresses change, so pods and containers come
and go; a client has a rate and a number of connections; its address is taken from a proxy only
where that proxy is trusted. Not guaranteed: limits over several gateways (each counts its own).
"""

from collections.abc import Iterable
from dataclasses import dataclass

NAME = "[a-z][a-z0-9]*"
"""What a service may be called, where the gateway knows none by name."""

IN_HAND = 400
"""Requests that a gateway lets one service have in hand; what a service itself takes is more."""


def in_hand(service: str, most: int = IN_HAND) -> str:
    """Directives of a location: how much of a service may be under way."""
    return f"set $service {service}; limit_conn in_hand {most};"


@dataclass(frozen=True)
class Edge:
    """`resolver`: the address of the server of names. `address`: a service's, `{}` for its name.

    `trusted`: networks of the proxies whose X-Forwarded-For and -Proto are believed.
    `rate`, `burst`, `connections`: requests a second, those beyond it at once, and connections, of
    one client. `in_hand`: requests of one service. `unclaimed`: a port on which every path is
    unknown (who sends there has found nobody for it).
    """

    resolver: str
    address: str
    trusted: tuple[str, ...] = ()
    rate: int = 50
    burst: int = 200
    connections: int = 200
    in_hand: int = IN_HAND
    unclaimed: int | None = None

    def http(self) -> str:
        """Directives of the `http` block."""
        lines = [
            f"resolver {self.resolver} valid=2s;",
            "resolver_timeout 3s;",
            f"limit_req_zone $binary_remote_addr zone=requests:10m rate={self.rate}r/s;",
            "limit_conn_zone $binary_remote_addr zone=connections:10m;",
            *(f"set_real_ip_from {network};" for network in self.trusted),
            *(["real_ip_header X-Forwarded-For;"] if self.trusted else []),
        ]
        return "\n".join(f"    {line}" for line in lines)

    def server(self) -> str:
        """Directives of the `server` block."""
        listen = [f"listen {self.unclaimed};"] if self.unclaimed else []
        lines = [
            *listen,
            f"limit_req zone=requests burst={self.burst} nodelay;",
            "limit_req_status 429;",
        ]
        return "\n".join(f"        {line}" for line in lines)

    def locations(self, names: Iterable[str]) -> str:
        """One for each name; one for all where no names are given."""
        known = [self._location(f"/{name}/", name) for name in names]
        return "\n".join(known) or self._location(f"~ ^/(?<name>{NAME})/", "$name")

    @property
    def scheme(self) -> str:
        """The scheme the client used."""
        return "$http_x_forwarded_proto" if self.trusted else "$scheme"

    def _location(self, path: str, name: str) -> str:
        directives = [
            *(
                [f"if ($server_port = {self.unclaimed}) {{ return 404; }}"]
                if self.unclaimed
                else []
            ),
            in_hand(name, self.in_hand),
            f"limit_conn connections {self.connections};",
            f'set $to "{self.address.format(name)}";',
            "proxy_pass http://$to;",
        ]
        return f"        location {path} {{ {' '.join(directives)} }}"
