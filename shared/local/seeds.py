"""Reference data and demo accounts: every service with a `seed.py` loads its own.

A seed is run as `python -m services.<name>.seed <base url>` with the service's own environment and
BASE_URL; it can be repeated, depends on no other seed, and prints what a person should know.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping

from shared.local.failure import Failure
from shared.local.process import ROOT
from shared.local.services import Service

SECONDS = 300


def load(
    chosen: Iterable[Service],
    environments: Mapping[str, Mapping[str, str]],
    base_url: str,
    say: Callable[[str], None],
) -> dict[str, list[str]]:
    """The printed lines of each seed by service; Failure names the seed that failed."""
    said: dict[str, list[str]] = {}
    for service in chosen:
        if service.seed:
            say(f"  loading data of {service.name}")
            said[service.name] = _run(service.name, service.seed, environments, base_url)
    return said


def _run(
    name: str, module: str, environments: Mapping[str, Mapping[str, str]], base_url: str
) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", module, base_url],
        env={**os.environ, **environments[name], "BASE_URL": base_url},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise Failure(f"The data of {name} could not be loaded ({module}):\n{done.stderr[-3000:]}")
    return done.stdout.splitlines()
