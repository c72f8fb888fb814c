"""Runs one service: ``python -m shared.serve enterprise``.

Guarantees: SIGTERM finishes what is in hand, publishes what is stored, and ends within
`STOP_TIMEOUT` seconds even where the broker is away. Does not: run two services in one process.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import argparse  # noqa: E402  (everything below must see the patched standard library)
import gc  # noqa: E402
import importlib  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import ModuleType  # noqa: E402

from nameko.containers import ServiceContainer  # noqa: E402

from shared.config import load_config  # noqa: E402
from shared.logs import set_up_logs  # noqa: E402
from shared.tracing import start as start_tracing  # noqa: E402

log = logging.getLogger("serve")

STOP_TIMEOUT = 25
MOST_FILES = 65_536
START_GRACE = 2
"""Seconds for a start that is under way when the stop comes; without a broker it would not end."""


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    named = os.environ.get("SERVICE")
    parser.add_argument(
        "name",
        nargs=None if named is None else "?",
        default=named,
        help="folder below services/; default: the environment's SERVICE",
    )
    parser.add_argument("--module", help="the service's module, where it is not services.<name>")
    arguments = parser.parse_args()
    module = importlib.import_module(arguments.module or f"services.{arguments.name}.service")
    config = load_config(_folder(module) / "config.yml")
    set_up_logs(arguments.name, config["LOG_LEVEL"])
    _allow_files()
    send_spans = start_tracing(arguments.name)
    run(ServiceContainer(module.Service, config))
    send_spans()


def _allow_files() -> None:
    """As many open files, so connections, as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def run(container: ServiceContainer) -> None:
    """Start `container`, and wait for it to end."""
    stop = eventlet.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.ready() or eventlet.spawn_n(stop.send))
    died = eventlet.spawn(container.wait)
    died.link(lambda _: stop.ready() or stop.send())
    starting = eventlet.spawn(_start, container)
    stop.wait()
    eventlet.spawn_after(STOP_TIMEOUT, _give_up)
    with eventlet.Timeout(START_GRACE, False):  # to stop what is half started ends in errors
        starting.wait()
    container.stop()
    died.wait()
    log.info("stopped")


def _start(container: ServiceContainer) -> None:
    try:
        container.start()
    except Exception:
        container.kill(sys.exc_info())
    else:
        gc.freeze()  # what a start leaves stays; each full collection would look through it again
        log.info("started")


def _give_up() -> None:
    log.error("not stopped within %s s; what was unanswered is delivered again", STOP_TIMEOUT)
    os._exit(1)


def _folder(module: ModuleType) -> Path:
    return Path(str(module.__file__)).parent


if __name__ == "__main__":
    main()
