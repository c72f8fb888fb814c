"""The secrets of a service in a cluster: ``python -m deploy.secrets NAME | kubectl create -f -``.

Prints Secrets with fresh values: `<name>-broker` and `<name>-database` (its users) and, where its
config.yml asks for any, `<name>-keys`; of `operator` the users alone; without a name those of the
platform, `personal-data`, `mongodb-admin` and the certificates of broker and database. `create`
refuses to replace what is there: a lost key cannot be made again.
Not guaranteed: that they are the right tool for you; whatever makes secrets of these names and keys
will do, for instance an operator that fetches them from a vault.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from deploy import certificates
from shared.local import secrets
from shared.local.broker import OPERATOR
from shared.local.services import COMMON_CONFIG, described

NAMESPACE = "government"


def of_platform() -> dict[str, dict[str, str]]:
    """Secret -> key -> value: what all services share, and the administrator of the database."""
    common = {name: secrets.make(name) for name in sorted(secrets.declared([COMMON_CONFIG]))}
    administrator = {"password": secrets.password()}
    return {"personal-data": common, "mongodb-admin": administrator, **certificates.made()}


def of_service(name: str) -> dict[str, dict[str, str]]:
    """Secret -> key -> value: what one service has for itself; the operator has no key."""
    if name == OPERATOR:
        return _users(name)
    (service,) = described([name])
    own = secrets.declared([service.folder / "config.yml"])
    keys = {secret: secrets.make(secret) for secret in sorted(own)}
    return {**_users(name), **({f"{name}-keys": keys} if keys else {})}


def _users(name: str) -> dict[str, dict[str, str]]:
    return {
        f"{name}-{what}": {"username": name, "password": secrets.password()}
        for what in ("broker", "database")
    }


def manifest(made: Mapping[str, Mapping[str, str]]) -> str:
    """The Secrets as a List, in JSON."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "stringData": dict(values),
        }
        for name, values in made.items()
    ]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)


if __name__ == "__main__":
    names = sys.argv[1:]
    for made in map(of_service, names) if names else [of_platform()]:
        print(manifest(made))
