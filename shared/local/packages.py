"""RabbitMQ and nginx from Debian's packages: installed when missing and we may, else named.

Guaranteed: an installation starts no system service and leaves `policy-rc.d` as it was.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.local import broker, gateway
from shared.local.failure import Failure

POLICY = Path("/usr/sbin/policy-rc.d")
SYSTEMD = Path("/run/systemd/system")
REFUSE_STARTS = "#!/bin/sh\nexit 101\n"
PROGRAMS: dict[str, Callable[[], bool]] = {
    "rabbitmq-server": broker.SERVER.exists,
    "nginx-light": lambda: gateway.program() is not None,
}
SYSTEM_UNITS = {"rabbitmq-server": "rabbitmq-server", "nginx-light": "nginx"}


def ensure(wanted: Iterable[str], log: Path, say: Callable[[str], None]) -> None:
    """All `wanted` packages are there afterwards, or Failure says what to install."""
    missing = [name for name in wanted if not PROGRAMS[name]()]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Failure(f"Missing: {names}. Install with: sudo apt-get install {names}", 2)
    say(f"Installing {names} from Debian's packages (a minute or two; output in {log})")
    with log.open("ab") as output, _no_service_starts():
        _apt(["update"], output.fileno(), log)
        _apt(["install", "-y", "--no-install-recommends", *missing], output.fileno(), log)
    _keep_off_at_boot(missing)


def _apt(arguments: list[str], output: int, log: Path) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-q", *arguments]
    done = subprocess.run(command, env=env, stdout=output, stderr=output, check=False)
    if done.returncode:
        text = " ".join(command)
        raise Failure(f"`{text}` failed with exit code {done.returncode}; see {log}", 2)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian starts what it installs; the private node must not meet a system-wide one."""
    kept = POLICY.with_name(POLICY.name + ".kept")
    if POLICY.exists():
        POLICY.rename(kept)
    POLICY.write_text(REFUSE_STARTS)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
        if kept.exists():
            kept.rename(POLICY)


def _keep_off_at_boot(installed: Iterable[str]) -> None:
    if SYSTEMD.exists():
        units = [SYSTEM_UNITS[name] for name in installed]
        subprocess.run(["systemctl", "disable", *units], check=False, capture_output=True)
