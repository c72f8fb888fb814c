"""The private RabbitMQ node: own name, ports, data and users, so nothing on the machine is touched.

Each service has its own user with the least it needs: its own queues, and on the `events` exchange
only its own routing keys; the operator, where there is one, has what `shared.ops` needs. The users
come from a definitions file the node reads at every start.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared.local import checks
from shared.local.ports import HOST
from shared.local.process import Part

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
NODE = "platform@localhost"
ADMIN, OPERATOR = "platform", "operator"
EVENTS, RPC = "events", "nameko-rpc"
MEMORY, DISK, LOG_BYTES = "512MB", "100MB", 64_000_000

CONFIG = """\
listeners.tcp.1 = {host}:{port}
loopback_users = none
load_definitions = {folder}/definitions.json
log.console = true
log.console.level = warning
log.file = false
raft.wal_max_size_bytes = {log_bytes}
vm_memory_high_watermark.absolute = {memory}
disk_free_limit.absolute = {disk}
prometheus.tcp.ip = {host}
prometheus.tcp.port = {metrics_port}
management_agent.disable_metrics_collector = true
"""


def parts(
    folder: Path,
    port: int,
    epmd_port: int,
    node_port: int,
    metrics_port: int,
    passwords: Mapping[str, str],
) -> tuple[Part, Part]:
    """The name server of the Erlang node and the node; the first must be up before the second.

    `metrics_port`: where Prometheus reads the node. `passwords`: user -> password, for the admin
    and every service.
    """
    home = folder / "broker"
    forget_interrupted_start(home)
    _write_files(home, port, metrics_port, passwords)
    epmd = Part(
        name="epmd",
        command=["epmd", "-port", str(epmd_port), "-address", HOST],
        env={},
        ready=checks.tcp(epmd_port),
    )
    node = Part(
        name="broker",
        command=[str(SERVER)],
        env=_environment(home, epmd_port, node_port),
        ready=checks.amqp(uri(port, ADMIN, passwords[ADMIN])),
        grace=30.0,
    )
    return epmd, node


def forget_interrupted_start(home: Path) -> None:
    """Begin anew where no queue has ever been made: a node that was stopped during its first start
    refuses quorum queues for good, and one without queues holds nothing."""
    queues = home / "data" / NODE / "quorum" / NODE
    if not any(path.is_dir() for path in queues.glob("*")):
        shutil.rmtree(home / "data", ignore_errors=True)


def uri(port: int, user: str, password: str) -> str:
    """The address of the node for `user`."""
    return f"amqp://{user}:{password}@{HOST}:{port}//"


def definitions(passwords: Mapping[str, str]) -> dict[str, object]:
    """Users and their permissions in the form the node imports."""
    services = [user for user in passwords if user not in {ADMIN, OPERATOR}]
    operators = [OPERATOR] if OPERATOR in passwords else []
    return {
        "vhosts": [{"name": "/"}],
        "users": [_user(name, password) for name, password in passwords.items()],
        "permissions": [
            _permission(ADMIN, ".*", ".*", ".*"),
            *(service_permission(name) for name in services),
            *(operator_permission(name) for name in operators),
        ],
        "topic_permissions": [topic_permission(name) for name in services],
    }


def service_permission(service: str) -> dict[str, str]:
    """Own queues (`<service>.*`, its RPC and reply queues); the two exchanges for all.

    Publishing through the default exchange reaches the service's own retry queues; the broker
    checks the name of the exchange only, so it cannot be narrowed further.
    """
    name = re.escape(service)
    own = rf"{name}\..*|rpc-{name}|rpc\.reply-{name}-.*"
    shared = f"{EVENTS}|{RPC}"
    return _permission(
        service,
        configure=f"^({own}|{shared})$",
        write=rf"^({own}|{shared}|amq\.default)$",
        read=f"^({own}|{shared})$",
    )


def operator_permission(user: str) -> dict[str, str]:
    """What `shared.ops` does: looks at queues, reads dead letters, sends them back through the
    default exchange, and tells again what was published. It takes from no other queue."""
    dead = r"^.+\.dead$"
    return _permission(user, configure=dead, write=rf"^({EVENTS}|amq\.default)$", read=dead)


def topic_permission(service: str) -> dict[str, str]:
    """A service publishes events in its own name only, and may hear all."""
    return {
        "user": service,
        "vhost": "/",
        "exchange": EVENTS,
        "write": rf"^{re.escape(service)}\..*",
        "read": ".*",
    }


def password_hash(password: str, salt: bytes) -> str:
    """RabbitMQ's `rabbit_password_hashing_sha256`: base64(salt + sha256(salt + password))."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _permission(user: str, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": "/", "configure": configure, "write": write, "read": read}


def _user(name: str, password: str) -> dict[str, object]:
    return {
        "name": name,
        "password_hash": password_hash(password, secrets.token_bytes(4)),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"] if name == ADMIN else [],
        "limits": {},
    }


def _write_files(home: Path, port: int, metrics_port: int, passwords: Mapping[str, str]) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    config = CONFIG.format(
        host=HOST,
        port=port,
        metrics_port=metrics_port,
        folder=home,
        memory=MEMORY,
        disk=DISK,
        log_bytes=LOG_BYTES,
    )
    (home / "rabbitmq.conf").write_text(config)
    (home / "definitions.json").write_text(json.dumps(definitions(passwords), indent=1))
    cookie = home / ".erlang.cookie"
    if not cookie.exists():
        with os.fdopen(os.open(cookie, os.O_WRONLY | os.O_CREAT, 0o400), "w") as file:
            file.write(secrets.token_hex(20))


def _environment(home: Path, epmd_port: int, node_port: int) -> dict[str, str]:
    return {
        "HOME": str(home),
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": HOST,
        "ERL_CRASH_DUMP_BYTES": "0",
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_DIST_PORT": str(node_port),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_ENABLED_PLUGINS": "rabbitmq_prometheus",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
        ),
        # Makes the start script replace itself by the node, so signals and exit codes are the
        # node's own and no shell stands between.
        "RUNNING_UNDER_SYSTEMD": "true",
    }
