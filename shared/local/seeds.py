"""Reference data and demo accounts: every service with a `seed.py` loads its own.

A seed is run as `python -m services.<name>.seed <base url>` with the service's own environment and
BASE_URL. It can be repeated, prints what a person should know, and depends on no other seed: all
run at once.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

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
    seeded = [service for service in chosen if service.seed]
    say(f"  loading data of {', '.join(service.name for service in seeded) or 'no service'}")
    with ThreadPoolExecutor() as pool:
        runs = {one.name: pool.submit(_run, one, environments, base_url) for one in seeded}
    return {name: run.result() for name, run in runs.items()}


def _run(
    service: Service, environments: Mapping[str, Mapping[str, str]], base_url: str
) -> list[str]:
    module = str(service.seed)
    done = subprocess.run(
        [sys.executable, "-m", module, base_url],
        env={**os.environ, **environments[service.name], "BASE_URL": base_url},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise Failure(
            f"The data of {service.name} could not be loaded ({module}, exit code "
            f"{done.returncode}):\n{done.stderr[-3000:]}"
        )
    return done.stdout.splitlines()
