"""Starts many processes at once, waits until all are ready, and notices when one dies."""

import time
from collections.abc import Callable, Iterable, Sequence

from shared.local.failure import Failure
from shared.local.process import Process

POLL_SECONDS = 0.1
NEWS_SECONDS = 5.0

Say = Callable[[str], None]


def start(process: Process) -> None:
    """Start it; Failure where there is no such program."""
    try:
        process.start()
    except OSError as error:
        raise Failure(f"{process.name} cannot be started: {error}") from error


def wait_ready(processes: Iterable[Process], say: Say) -> dict[str, float]:
    """Seconds each took; Failure names the one that died or was not ready in time."""
    began = last_news = time.monotonic()
    waiting, took = list(processes), dict[str, float]()
    while waiting:
        for process in list(waiting):
            missing = process.part.ready() if _living(process) else None
            seconds = time.monotonic() - began
            if missing is None:
                waiting.remove(process)
                took[process.name] = seconds
                say(f"  {process.name:<12} ready after {seconds:.1f} s")
            elif seconds > process.part.patience:
                raise Failure(_not_ready(process, missing))
        if waiting and time.monotonic() - last_news > NEWS_SECONDS:
            last_news = time.monotonic()
            names = ", ".join(process.name for process in waiting)
            say(f"  waiting for {names} ({last_news - began:.0f} s)")
        time.sleep(POLL_SECONDS if waiting else 0)
    return took


def check_alive(processes: Iterable[Process]) -> None:
    """Failure names the first that ended without being asked to."""
    for process in processes:
        if not process.expected_down:
            _living(process)


def stop(groups: Sequence[Sequence[Process]], say: Say) -> None:
    """Group after group; within a group all at once. Safe to call again."""
    for group in groups:
        running = [process for process in group if process.alive]
        for process in running:
            process.ask_to_stop()
        for process in running:
            process.finish()
            say(f"  {process.name:<12} stopped")


def _living(process: Process) -> bool:
    if process.alive:
        return True
    raise Failure(
        f"{process.name} ended with exit code {process.exit_code}. Its log, {process.log}, ends:\n"
        f"{process.last_lines()}"
    )


def _not_ready(process: Process, missing: str) -> str:
    return (
        f"{process.name} is not ready after {process.part.patience:.0f} s ({missing}). "
        f"Its log, {process.log}, ends:\n{process.last_lines()}"
    )
