"""One process of the platform: start, wait, end.

Guaranteed: a process never outlives the platform, however that ended (the kernel signals it), and
never gets the terminal's Ctrl-C itself (own session). Its output goes to `log/<name>.log`.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

Check = Callable[[], str | None]

ROOT = Path(__file__).resolve().parents[2]

# The kernel sends the "parent died" signal when the *thread* that forked ends. Tests start parts
# from short-lived threads, so one thread that lives as long as the program forks them all.
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


@dataclass(frozen=True)
class Part:
    """What to run and how to know that it is ready.

    `ready` returns None when ready, else what is missing, in words. `patience` is how long the
    start may take, `grace` how long a SIGTERM may take (seconds). `orphaned` is the signal the
    process gets when the platform dies.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    ready: Check
    patience: float = 180.0
    grace: float = 15.0
    orphaned: str = "KILL"


class Process:
    """The running (or ended) process of a part."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self.log = log
        self.expected_down = True
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs (or was never started); negative numbers are signals."""
        return self._popen.poll() if self._popen else None

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """env: beside the part's own, until it ends."""
        if self.alive:
            raise RuntimeError(f"{self.name} runs already")
        self._popen = _spawner.submit(self._spawn, env or {}).result()
        self.expected_down = False

    def kill(self) -> None:
        """SIGKILL to the whole process group, as a crash of the machine would look like."""
        self.expected_down = True
        self._signal_group(signal.SIGKILL)
        self._wait(None)

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself; returns at once."""
        self.expected_down = True
        if self._popen and self.alive:
            self._popen.send_signal(signal.SIGTERM)

    def finish(self) -> int | None:
        """Waits for the end asked for; after the grace time it is killed. Returns the exit code."""
        try:
            self._wait(self.part.grace)
        except subprocess.TimeoutExpired:
            self.kill()
        self._signal_group(signal.SIGKILL)
        return self.exit_code

    def last_lines(self, count: int = 15) -> str:
        if not self.log.exists():
            return ""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-count:])

    def _spawn(self, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        command = ["setpriv", "--pdeathsig", self.part.orphaned, *self.part.command]
        with self.log.open("ab") as output:
            return subprocess.Popen(
                command,
                env={**os.environ, **self.part.env, **env},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, timeout: float | None) -> None:
        if self._popen:
            self._popen.wait(timeout)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._popen is None:
            return
        try:
            os.killpg(self._popen.pid, number)
        except ProcessLookupError:
            return
