"""Secrets of the local platform: made once, kept in one file only its owner can read.

Which secrets there are is read from the configuration: every `!raw_env_var ${NAME:}` of
`shared/config.yml` and `services/<name>/config.yml`; the end of the name says its kind (KINDS).
So a new service brings its own, and each process gets those it names and no others.
Values are never printed or logged.
"""

import base64
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

KEY_BYTES = 32
DECLARED = re.compile(r"!raw_env_var \$\{(\w+):?\}")


def key() -> str:
    """A random key: base64 of 32 bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_ring() -> str:
    """Named keys, the newest first: `<id>:<base64>[,<id>:<base64>...]`."""
    return f"k1:{key()}"


def password() -> str:
    """Fit for the user part of a URI."""
    return secrets.token_hex(24)


def nothing() -> str:
    """Keys that were in use before: a new platform has none."""
    return ""


KINDS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("_RETIRED_KEYS", nothing),
    ("_KEYS", key_ring),
    ("_KEY", key),
    ("_PASSWORD", password),
)
BROKER = "BROKER_{}_PASSWORD"


def declared(configs: Iterable[Path]) -> set[str]:
    """The names of the secrets that these configuration files ask for."""
    files = [config for config in configs if config.exists()]
    return {name for file in files for name in DECLARED.findall(file.read_text(encoding="utf-8"))}


def broker_user(user: str) -> str:
    """The name under which a broker user's password is kept."""
    return BROKER.format(user.upper())


def make(name: str) -> str:
    """A fresh value of the kind that the end of `name` says."""
    for ending, kind in KINDS:
        if name.endswith(ending):
            return kind()
    endings = ", ".join(ending for ending, _ in KINDS)
    raise ValueError(f"{name}: the name of a secret must end with one of {endings}")


def load(path: Path, wanted: Iterable[str]) -> dict[str, str]:
    """All secrets by name; what is missing is made and kept."""
    known = read_env(path) if path.exists() else {}
    missing = {name: make(name) for name in sorted(wanted) if name not in known}
    if missing:
        write_env(path, {**known, **missing})
    return {**known, **missing}


def read_env(path: Path) -> dict[str, str]:
    """NAME=value lines."""
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, value in pairs}


def write_env(path: Path, values: Mapping[str, str]) -> None:
    """Replaces the file in one step; readable by its owner only."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    fresh.replace(path)
