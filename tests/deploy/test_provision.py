"""Users of services at a real database that asks who one is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pymongo
import pytest
from pymongo.errors import OperationFailure

from shared import migrate, provision
from shared.tests.conftest import PROGRAM, free_port, wait_for

ADMIN = "admin"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a database with one user, its administrator; everybody must sign in."""
    port, folder = free_port(), tmp_path_factory.mktemp("database")
    command = [str(PROGRAM), "--port", str(port), "--storage-path", str(folder)]
    for options in ([], ["--auth"]):
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
        wait_for(port, process)
        if not options:
            with pymongo.MongoClient(f"mongodb://127.0.0.1:{port}/") as client:
                client.admin.command("createUser", ADMIN, pwd=ADMIN, roles=["root"])
            process.terminate()
            process.wait(20)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def provisioned(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MONGO_ADMIN_URI", f"mongodb://{ADMIN}:{ADMIN}@{address}/?authSource=admin")
    monkeypatch.setenv("DATABASE_ALPHA_PASSWORD", "a" * 12)
    monkeypatch.setenv("DATABASE_BETA_PASSWORD", "b" * 12)
    assert provision.main(["--replica-set", "rs0", address, "alpha", "beta"]) == 0
    return address


def signed_in(address: str, name: str, password: str) -> pymongo.MongoClient:
    return pymongo.MongoClient(f"mongodb://{name}:{password}@{address}/?authSource={name}")


def test_own_database(provisioned):
    """A service's user reads and writes its own database, and no other's."""
    with signed_in(provisioned, "alpha", "a" * 12) as client:
        client["alpha"]["things"].create_index("size")
        client["alpha"]["things"].insert_one({"_id": "1"})
        assert client["alpha"]["things"].find_one() == {"_id": "1"}
        with pytest.raises(OperationFailure):
            client["beta"]["things"].find_one()
        with pytest.raises(OperationFailure):
            client["beta"]["things"].insert_one({"_id": "1"})


def test_operator(provisioned, monkeypatch):
    """The operator's user works on the databases of the services named, and on no other."""
    monkeypatch.setenv("DATABASE_OPERATOR_PASSWORD", "o" * 12)
    for _ in range(2):
        assert provision.main(["--operator", "operator", "alpha", "beta"]) == 0
    uri = f"mongodb://operator:{'o' * 12}@{provisioned}/?authSource=admin"
    with pymongo.MongoClient(uri) as client:
        for name in ("alpha", "beta"):
            client[name]["platform"].replace_one({"_id": "1"}, {"x": 1}, upsert=True)
        for database, collection in (("gamma", "things"), ("admin", "system.users")):
            with pytest.raises(OperationFailure):
                client[database][collection].find_one()
        with pytest.raises(OperationFailure):
            client["gamma"]["things"].insert_one({"_id": "1"})
        with pytest.raises(OperationFailure):
            client.admin.command("createUser", "eve", pwd="e", roles=["root"])


def test_repeated(provisioned, monkeypatch):
    """Repeated, with another password: the user has that one, and the data stays."""
    monkeypatch.setenv("DATABASE_BETA_PASSWORD", "c" * 12)
    assert provision.main(["beta"]) == 0
    with signed_in(provisioned, "beta", "c" * 12) as client:
        client["beta"]["things"].insert_one({})
    with signed_in(provisioned, "beta", "b" * 12) as client, pytest.raises(OperationFailure):
        client["beta"]["things"].find_one()


def test_absent(monkeypatch, capsys):
    """A database that stays away is told, not waited for without end."""
    monkeypatch.setattr(provision, "PATIENCE", 0.0)
    monkeypatch.setenv("MONGO_ADMIN_URI", f"mongodb://127.0.0.1:{free_port()}/")
    monkeypatch.setenv("DATABASE_PASSWORD", "x")
    monkeypatch.setenv("SERVICE", "alpha")
    assert provision.main([]) == 1
    assert "did not answer" in capsys.readouterr().err


def test_indexes(provisioned, monkeypatch, capsys):
    """The migration's job makes a service's indexes, with the rights of its own user."""
    monkeypatch.setenv("DATABASE_CATALOGUE_PASSWORD", "d" * 12)
    assert provision.main(["catalogue"]) == 0
    uri = f"mongodb://catalogue:{'d' * 12}@{provisioned}/?authSource=catalogue"
    monkeypatch.setenv("MONGO_URI", uri)
    for _ in range(2):
        assert migrate.main(["catalogue"]) == 0
    assert "the indexes are there" in capsys.readouterr().out
    with signed_in(provisioned, "catalogue", "d" * 12) as client:
        assert "pending_1" in client["catalogue"]["items"].index_information()
