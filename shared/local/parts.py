"""From a data folder to the parts to run: which processes, with which ports, users and secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.local import broker, database, gateway, secrets, services
from shared.local.ports import HOST, Block
from shared.local.process import Part
from shared.local.services import Service


@dataclass(frozen=True)
class Parts:
    """All parts of a platform, and the addresses of what they offer.

    `amqp_uri` is the administrator's; `environments`: service -> its environment.
    """

    gateway: Part
    services: Sequence[Part]
    simulators: Sequence[Part]
    database: Part | None
    broker: Part | None
    epmd: Part | None
    amqp_uri: str
    mongo_uri: str
    urls: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]


def build(
    folder: Path,
    block: Block,
    gateway_port: int,
    chosen: Sequence[Service],
    env: Mapping[str, str],
    serve: Sequence[str],
    amqp_uri: str | None,
    mongo_uri: str | None,
) -> Parts:
    """Writes the files the parts need; starts nothing. Given URIs are used, not started."""
    known = _secrets(folder, chosen)
    users = [broker.ADMIN, *(service.name for service in chosen)]
    passwords = {user: known[secrets.broker_user(user)] for user in users}
    amqp_port, mongo_port = block.next(), block.next()
    uris = {u: amqp_uri or broker.uri(amqp_port, u, passwords[u]) for u in users}
    mongo = mongo_uri or database.uri(mongo_port)
    epmd, node, urls = None, None, {}
    if amqp_uri is None:
        metrics_port = block.next()
        epmd, node = broker.parts(
            folder, amqp_port, block.next(), block.next(), metrics_port, passwords
        )
        urls["broker"] = f"http://{HOST}:{metrics_port}"
    ports = {service.name: block.next() for service in chosen}
    simulated = {service.name: block.next() for service in chosen if service.simulator}
    environments = {
        service.name: {
            **_environment(service, known, simulated.get(service.name)),
            **env,
            **service.env,
            "AMQP_URI": uris[service.name],
            "MONGO_URI": mongo,
        }
        for service in chosen
    }
    return Parts(
        gateway=gateway.part(folder, gateway_port, ports),
        services=[services.part(s, ports[s.name], environments[s.name], serve) for s in chosen],
        simulators=_simulators(chosen, simulated, gateway_port, environments),
        database=None if mongo_uri else database.part(folder, mongo_port),
        broker=node,
        epmd=epmd,
        amqp_uri=uris[broker.ADMIN],
        mongo_uri=mongo,
        urls=urls | {name: f"http://{HOST}:{port}" for name, port in ports.items()},
        environments=environments,
    )


def _environment(
    service: Service, known: Mapping[str, str], simulator: int | None
) -> dict[str, str]:
    """The service's secrets, and where it finds the systems outside, which a simulator plays."""
    own = {name: known[name] for name in secrets.declared(service.configs)}
    return own if simulator is None else {**own, "SIMULATOR_URL": services.simulator_url(simulator)}


def _simulators(
    chosen: Sequence[Service],
    ports: Mapping[str, int],
    gateway_port: int,
    environments: Mapping[str, Mapping[str, str]],
) -> list[Part]:
    clocks = {name: env.get("CLOCK_FILE", "") for name, env in environments.items()}
    return [
        services.simulator(service, ports[service.name], gateway_port, clocks[service.name])
        for service in chosen
        if service.simulator
    ]


def _secrets(folder: Path, chosen: Sequence[Service]) -> dict[str, str]:
    configs = {config for service in chosen for config in service.configs}
    users = [broker.ADMIN, *(service.name for service in chosen)]
    wanted = secrets.declared(configs) | {secrets.broker_user(user) for user in users}
    return secrets.load(folder / "secrets.env", wanted)
