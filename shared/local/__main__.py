"""`python -m shared.local run [--port 8000]`, `... clock [--days 9]` and `... reset`."""

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType

from shared.clock import CHINA
from shared.local.failure import Failure
from shared.local.lock import Lock
from shared.local.places import CLOCK, FOLDER
from shared.local.platform import Platform
from shared.timekeeping import shift, shifted_by

PORT = 8000
WATCH_SECONDS = 0.5
SWEEP_SECONDS = "2"
"""What services do at intervals (deadlines that pass, offers that lapse) is seen at once here."""


class Stopped(Exception):
    """Somebody asked for the end."""


def main(arguments: list[str]) -> int:
    """The exit code: 0 after a stop asked for, 1 after a failure, 2 where something is missing."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    return 0


def run(options: argparse.Namespace) -> None:
    """Starts everything, says how to use it, and waits for Ctrl-C or a failure."""
    platform = Platform(
        options.folder,
        port=options.port,
        env={"CLOCK_FILE": str(options.folder.resolve() / CLOCK), "EVERY": SWEEP_SECONDS},
        amqp_uri=os.environ.get("AMQP_URI") or None,
        mongo_uri=os.environ.get("MONGO_URI") or None,
        say=_say,
    )
    _say(f"Starting the platform, data in {platform.folder} (Ctrl-C stops it)")
    with _signals_stop():
        try:
            with platform:
                _say("Loading reference data and demo accounts")
                _introduce(platform, platform.seed())
                while True:
                    platform.check()
                    time.sleep(WATCH_SECONDS)
        except Stopped:
            _say("Stopped; the data is kept. `make reset` removes it.")


def clock(options: argparse.Namespace) -> None:
    """Moves the platform's time so many days ahead of the system's; 0 brings it back."""
    if not options.folder.exists():
        raise Failure(f"There is no platform in {options.folder}. Start it with `make run`.")
    file = options.folder / CLOCK
    if options.days is not None:
        shift(file, timedelta(days=options.days).total_seconds())
    _say(f"On the platform it is {shifted_by(file)().astimezone(CHINA):%Y-%m-%d %H:%M}, in China")


def reset(options: argparse.Namespace) -> None:
    """Removes all data of a platform that does not run."""
    if options.folder.exists():
        lock = Lock(options.folder)
        shutil.rmtree(options.folder)
        lock.release()
    _say(f"{options.folder} is gone; the next start begins with nothing")


def _introduce(platform: Platform, said: dict[str, list[str]]) -> None:
    _say(f"\nThe platform is ready: {platform.url}\n")
    _say(f"  {'service':<14}{'state':<8}contract")
    for name in platform.services:
        _say(f"  {name:<14}{'ready':<8}{platform.url}/{name}/openapi.json")
    for name, lines in said.items():
        if lines:
            _say("\n".join([f"\n  from {name}:", *(f"    {line}" for line in lines)]))
    _say(f"\n  Logs: {platform.folder / 'log'}    A whole affair: make demo    Stop: Ctrl-C\n")


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def _signals_stop() -> Iterator[None]:
    """The first signal raises Stopped where the program is; later ones are ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        _say("\nStopping")
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("run", help=run.__doc__)
    start.add_argument("--port", type=int, default=PORT, help="default %(default)s")
    start.set_defaults(command=run)
    wipe = commands.add_parser("reset", help=reset.__doc__)
    wipe.set_defaults(command=reset)
    time_ = commands.add_parser("clock", help=clock.__doc__)
    time_.add_argument("--days", type=float, help="ahead of the system's time; default: just tell")
    time_.set_defaults(command=clock)
    for command in (start, wipe, time_):
        command.add_argument("--folder", type=Path, default=FOLDER, help="where the data is kept")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
