"""What docker-compose.yml leaves to the folders: ``python -m deploy.compose``.

Writes to `.compose/`, which only its owner can enter: the services (`services.yml`), each with its
environment; the operator's command; the broker's users and their permissions; the database's key
and its administrator; the gateway's configuration. Guaranteed: secrets are made once and kept; a
service that comes later gets its own, and the others keep theirs. Not guaranteed: that a service
that is taken away loses its users.
"""

from __future__ import annotations

import base64
import json
import secrets as random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.local import broker, gateway, secrets
from shared.local.edge import Edge
from shared.local.process import ROOT
from shared.local.services import Service, described

FILE = ROOT / "docker-compose.yml"
FOLDER = ROOT / ".compose"
ADMIN = "MONGODB_ADMIN_PASSWORD"
OPERATOR = broker.OPERATOR
DATABASE = "DATABASE_{}_PASSWORD"
EDGE = Edge(resolver="127.0.0.11", address="{}:8000", rate=100, burst=400)
INSIDE, SIMULATOR = "http://gateway:8080", "http://{}-simulator:8000"
PROBE = ["CMD", "python", "-m", "shared.probe", "/healthz"]
REPLICA_SET = ("rs0", "mongodb:27017")
DEAD_LETTERS = {
    "vhost": "/",
    "name": "dead-letters",
    "pattern": r"\.dead$",
    "apply-to": "queues",
    "definition": {"delivery-limit": 1_000_000},
}
"""Each listing of a dead letter is a delivery (docs/recovery.md)."""
BROKER = """\
load_definitions = /etc/rabbitmq/definitions.json
loopback_users = none
log.console = true
log.console.level = warning
vm_memory_high_watermark.absolute = 600MB
disk_free_limit.absolute = 200MB
"""


class AsWritten(yaml.SafeLoader):
    """Leaves `${NAME}` to compose; Nameko's configuration teaches every safe loader to fill it."""


AsWritten.add_constructor("!env_var", lambda loader, node: node.value)


def write(folder: Path = FOLDER, root: Path = ROOT) -> None:
    """Everything anew, but for the secrets that there are."""
    services = described(None)
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("secrets", "broker"):
        (folder / name).mkdir(exist_ok=True)
    known = secrets.load(folder / "secrets.env", _wanted(services))
    names = [service.name for service in services]
    users = (broker.ADMIN, OPERATOR, *names)
    passwords = {name: known[secrets.broker_user(name)] for name in users}
    definitions = json.dumps(
        {**broker.definitions(passwords), "policies": [DEAD_LETTERS]}, indent=1
    )
    _keep(folder / "broker" / "definitions.json", definitions, passwords)
    _put(folder / "broker" / "platform.conf", BROKER)
    _put(folder / "secrets" / "mongodb-admin", known[ADMIN])
    if not (folder / "secrets" / "mongodb-key").exists():
        key = base64.b64encode(random.token_bytes(500)).decode()
        _put(folder / "secrets" / "mongodb-key", key)
    upstreams = dict.fromkeys(names, "")
    text = gateway.render(upstreams, ["8080"], gateway.WRITABLE, edge=EDGE)
    _put(folder / "gateway.conf", text)
    for service in services:
        secrets.write_env(folder / f"{service.name}.env", environment(service, known))
    secrets.write_env(folder / f"{OPERATOR}.env", operating(known))
    secrets.write_env(folder / "provision.env", provisioning(names, known))
    _put(folder / "services.yml", yaml.safe_dump(compose(names, folder, root), sort_keys=False))


def compose(names: Iterable[str], folder: Path, root: Path = ROOT) -> dict[str, Any]:
    """The services as compose reads them, each from the `x-department` of docker-compose.yml."""
    file = yaml.load((root / FILE.name).read_text(), AsWritten)  # noqa: S506 # nosec B506
    template = json.dumps(file["x-department"])
    services = {name: json.loads(_filled(template, name, folder)) for name in names}
    simulated = [one.name for one in described(list(names)) if one.simulator]
    healthy = {name: {"condition": "service_healthy"} for name in services}
    return {
        "services": {
            **services,
            **{f"{name}-simulator": _simulator(name, services[name]) for name in simulated},
            "provision": _provision(services, folder),
            OPERATOR: _operator(services, folder),
            "gateway": {"depends_on": healthy},
        }
    }


def environment(service: Service, known: Mapping[str, str]) -> dict[str, str]:
    """The secrets of one service: its addresses with its users, and what its configuration asks."""
    name = service.name
    own = {secret: known[secret] for secret in sorted(secrets.declared(service.configs))}
    password = known[DATABASE.format(name.upper())]
    outside = {"SIMULATOR_URL": SIMULATOR.format(name)} if service.simulator else {}
    return {
        **own,
        **outside,
        "AMQP_URI": f"amqp://{name}:{known[secrets.broker_user(name)]}@rabbitmq:5672//",
        "MONGO_URI": f"mongodb://{name}:{password}@mongodb:27017/?authSource={name}",
    }


def operating(known: Mapping[str, str]) -> dict[str, str]:
    """The secrets of the operator: addresses with users of its own, and no key."""
    password = known[DATABASE.format(OPERATOR.upper())]
    return {
        "AMQP_URI": f"amqp://{OPERATOR}:{known[secrets.broker_user(OPERATOR)]}@rabbitmq:5672//",
        "MONGO_URI": f"mongodb://{OPERATOR}:{password}@mongodb:27017/?authSource=admin",
    }


def provisioning(names: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """What makes the database's users must know (`shared.provision`)."""
    wanted = [DATABASE.format(name.upper()) for name in (*names, OPERATOR)]
    admin = f"mongodb://admin:{known[ADMIN]}@mongodb:27017/?authSource=admin"
    return {"MONGO_ADMIN_URI": admin, **{name: known[name] for name in wanted}}


def _wanted(services: Iterable[Service]) -> set[str]:
    wanted = {ADMIN, secrets.broker_user(broker.ADMIN)}
    wanted |= {secrets.broker_user(OPERATOR), DATABASE.format(OPERATOR.upper())}
    for service in services:
        wanted |= secrets.declared(service.configs)
        wanted |= {secrets.broker_user(service.name), DATABASE.format(service.name.upper())}
    return wanted


def _simulator(name: str, service: Mapping[str, Any]) -> dict[str, Any]:
    """The systems outside that a service asks, played from the service's own image."""
    kept = ("image", "build", "read_only", "tmpfs", "init", "cap_drop", "security_opt", "logging")
    how = ["--host", "0.0.0.0", "--port", "8000", "--gateway", INSIDE]  # noqa: S104 # nosec B104
    return {
        **{key: service[key] for key in (*kept, "restart", "deploy")},
        "hostname": f"{name}-simulator",
        "command": [f"services.{name}.simulator", *how],
        "networks": ["edge"],
        "healthcheck": {**service["healthcheck"], "test": PROBE},
    }


def _provision(services: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Runs once, from the image of any service, before all services."""
    some = services["identity"]
    kept = ("image", "build", "read_only", "tmpfs", "init", "cap_drop", "security_opt", "logging")
    return {
        **{key: some[key] for key in (*kept, "deploy")},
        "command": [
            "shared.provision",
            *services,
            *("--replica-set", *REPLICA_SET),
            *("--operator", OPERATOR, *services),
        ],
        "env_file": [str(folder / "provision.env")],
        "networks": ["inside"],
        "depends_on": {"mongodb": {"condition": "service_healthy"}},
        "healthcheck": {"disable": True},
        "restart": "on-failure:5",
    }


def _operator(services: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Does not run by itself: ``docker compose run --rm operator queues``."""
    some = services["identity"]
    kept = ("read_only", "tmpfs", "init", "cap_drop", "security_opt", "logging", "deploy")
    arguments = {key: value for key, value in some["build"]["args"].items() if key != "SERVICE"}
    return {
        **{key: some[key] for key in kept},
        "image": some["image"].replace("/identity:", f"/{OPERATOR}:"),
        "build": {**some["build"], "target": OPERATOR, "args": arguments},
        "profiles": [OPERATOR],
        "entrypoint": ["python", "-W", "ignore", "-m", "shared.ops"],
        "env_file": [str(folder / f"{OPERATOR}.env")],
        "environment": {"USER": "${USER:-}"},
        "networks": ["inside"],
        "healthcheck": {"disable": True},
        "restart": "no",
    }


def _filled(template: str, name: str, folder: Path) -> str:
    return template.replace("{name}", name).replace("{folder}", str(folder))


def _keep(file: Path, text: str, passwords: Mapping[str, str]) -> None:
    """Definitions have fresh salts each time; they are written anew only for other users."""
    users = (
        {user["name"] for user in json.loads(file.read_text())["users"]} if file.exists() else ()
    )
    if users != set(passwords):
        _put(file, text)


def _put(file: Path, text: str) -> None:
    """Readable inside containers, whoever they run as; outside, the folder keeps others away."""
    file.unlink(missing_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o444)


if __name__ == "__main__":
    write()
