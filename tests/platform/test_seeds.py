"""Reference data and demo accounts: what a seed is given, and what is told when it fails."""

from __future__ import annotations

import pytest

from shared.local import Failure, seeds
from shared.local.services import Service

GOOD = 'import os, sys; print(sys.argv[1] == os.environ["BASE_URL"], os.environ["SECRET_KEY"])'
BAD = 'raise SystemExit("no such division")'


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Loads the seeds given by name as source."""
    monkeypatch.setattr(seeds, "ROOT", tmp_path)

    def run(**sources: str) -> dict[str, list[str]]:
        for name, source in sources.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / "seed.py").write_text(source)
        monkeypatch.setattr(Service, "folder", property(lambda self: tmp_path / self.name))
        chosen = [Service(name, f"{name}.service") for name in [*sources, "seedless"]]
        env = {service.name: {"SECRET_KEY": service.name} for service in chosen}
        return seeds.load(chosen, env, "http://localhost:1", lambda _: None)

    return run


def test_lines(load):
    """Each service's seed gets the address and its own environment; its lines are kept."""
    assert load(alpha=GOOD, beta=GOOD) == {"alpha": ["True alpha"], "beta": ["True beta"]}


def test_failure(load):
    """The service, the exit code and the last words are told."""
    with pytest.raises(Failure, match=r"data of beta .*exit code 1.*\n.*no such division"):
        load(alpha=GOOD, beta=BAD)
