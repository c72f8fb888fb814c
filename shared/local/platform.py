"""`Platform`: starts all parts, waits until they are ready, stops them in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from shared.local import packages, places, ports, secrets, seeds, services, supervisor
from shared.local.lock import Lock
from shared.local.parts import Parts, build
from shared.local.process import Process

REMEDY = "Stop what uses it, or choose another: make run PORT=8080"


class Platform:
    """Parts are named "broker", "database", "gateway" and by the names of the services.

    folder: data, secrets and logs. port: the gateway's; a free one when None.
    services: names, or name -> module; all of `services/` when None.
    env, service_env: environment for every service, and for single ones (by name).
    amqp_uri, mongo_uri: servers to use instead of starting them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        services: Mapping[str, str] | Iterable[str] | None = None,
        env: Mapping[str, str] | None = None,
        service_env: Mapping[str, Mapping[str, str]] | None = None,
        amqp_uri: str | None = None,
        mongo_uri: str | None = None,
        serve: Sequence[str] = services.SERVE,
        say: Callable[[str], None] = print,
    ) -> None:
        self.folder = folder.resolve()
        self.say = say
        self.url = ""
        self._port = port
        self._services = _described(services, service_env or {})
        self._env = dict(env or {})
        self._given = (amqp_uri, mongo_uri)
        self._serve = serve
        self._processes: dict[str, Process] = {}
        self._release: list[Callable[[], None]] = []
        self._parts: Parts | None = None

    # life

    def start(self) -> None:
        """Returns when all parts are ready; on Failure everything is stopped again."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Gateway, services, database, broker; each may finish what is in hand."""
        supervisor.stop(self._groups(), self.say)
        (self.folder / places.RUNNING).unlink(missing_ok=True)
        while self._release:
            self._release.pop()()

    def drop(self) -> None:
        """Kills all parts: quick, where nobody wants the data."""
        for process in self._processes.values():
            process.kill()
        self.stop()

    def check(self) -> None:
        """Raises Failure when a part ended that was not killed or terminated on purpose."""
        supervisor.check_alive(self._processes.values())

    def seed(self) -> dict[str, list[str]]:
        """Loads reference data and demo accounts; what each service's seed says."""
        return seeds.load(self._services, self.parts.environments, self.url, self.say)

    def __enter__(self) -> "Platform":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # single parts

    def kill(self, name: str) -> None:
        """SIGKILL to the part's whole process group; returns when it is gone."""
        self._processes[name].kill()

    def terminate(self, name: str) -> int | None:
        """SIGTERM; returns the exit code when it has ended."""
        self._processes[name].ask_to_stop()
        return self._processes[name].finish()

    def start_part(
        self, name: str, wait: bool = True, env: Mapping[str, str] | None = None
    ) -> None:
        """Starts a part that was killed or terminated; waits until it is ready.

        env: environment beside its own, until it ends.
        """
        process = self._processes[name]
        process.start(env)
        if wait:
            supervisor.wait_ready([process], self.say)

    def is_ready(self, name: str) -> bool:
        process = self._processes[name]
        return process.alive and process.part.ready() is None

    # what tests and tools need to know

    @property
    def parts(self) -> Parts:
        if self._parts is None:
            raise RuntimeError("the platform was not started")
        return self._parts

    @property
    def services(self) -> list[str]:
        return [service.name for service in self._services]

    @property
    def amqp_uri(self) -> str:
        """The broker, as its administrator."""
        return self.parts.amqp_uri

    @property
    def mongo_uri(self) -> str:
        return self.parts.mongo_uri

    @property
    def env(self) -> dict[str, str]:
        """Environment for tools that work on the running platform."""
        return {"BASE_URL": self.url, "AMQP_URI": self.amqp_uri, "MONGO_URI": self.mongo_uri}

    def environment(self, name: str) -> dict[str, str]:
        """The environment of one service, its secrets among it."""
        return dict(self.parts.environments[name])

    def service_url(self, name: str) -> str:
        """The service's own port, past the gateway; of "broker", where Prometheus reads it."""
        return self.parts.urls[name]

    def pid(self, name: str) -> int | None:
        return self._processes[name].pid

    def log(self, name: str) -> str:
        """All a part has written since its data folder was made."""
        return self._log_file(name).read_text(encoding="utf-8", errors="replace")

    # how

    def _start(self) -> None:
        lock = Lock(self.folder)
        self._release.append(lock.release)
        self._log_file("x").parent.mkdir(exist_ok=True)
        amqp_uri, mongo_uri = self._given
        wanted = ["nginx-light", *([] if amqp_uri else ["rabbitmq-server"])]
        packages.ensure(wanted, self._log_file("packages"), self.say)
        block = ports.Block()
        self._release.append(block.release)
        port = self._port or block.next()
        ports.require_free(port, "the gateway", REMEDY)
        self.url = f"http://localhost:{port}"
        self._parts = build(
            self.folder, block, port, self._services, self._env, self._serve, amqp_uri, mongo_uri
        )
        self._run()
        secrets.write_env(self.folder / places.RUNNING, self.env)

    def _run(self) -> None:
        parts = self.parts
        servers = [parts.epmd, parts.broker, parts.database]
        every = [*servers, *parts.simulators, *parts.services, parts.gateway]
        for part in every:
            if part:
                process = Process(part, self._log_file(part.name))
                self._processes[part.name] = process
                supervisor.start(process)
                if part is parts.epmd:  # the broker would start one of its own
                    supervisor.wait_ready([process], lambda _: None)
        supervisor.wait_ready(self._named(set(self._processes) - {"epmd"}), self.say)

    def _groups(self) -> list[list[Process]]:
        ends = ("gateway", "database", "broker", "epmd")
        middle = set(self._processes) - set(ends)
        return [self._named(names) for names in ({"gateway"}, middle, *({e} for e in ends[1:]))]

    def _named(self, names: Iterable[str]) -> list[Process]:
        return [process for name, process in self._processes.items() if name in set(names)]

    def _log_file(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def _described(
    chosen: Mapping[str, str] | Iterable[str] | None, env: Mapping[str, Mapping[str, str]]
) -> list[services.Service]:
    return [replace(one, env=env.get(one.name, {})) for one in services.described(chosen)]
