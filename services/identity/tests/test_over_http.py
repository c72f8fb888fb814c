"""Identity as others meet it: real broker, real database, HTTP, and another service."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from stdnum.cn import uscc

from shared.local.platform import Platform

PASSWORD = "Hunan-demo-2026"
ZHANG, LI, ADMINISTRATOR = "13800000001", "13800000002", "13900000009"
NUMBERS = {ZHANG: "430104199001010019", LI: "430104199202020029"}
TIMEOUT = 30.0
MEMORY_AT_REST = 90 * 1024
STEM = "91430104MA4L0001X"
CODE = STEM + uscc.calc_check_digit(STEM)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of identity and a stand-in for the register of enterprises, with demo accounts."""
    services = {
        "identity": "services.identity.service",
        "enterprise": "services.identity.tests.register",
    }
    env = {"CHECK_REPLIES": "true"}
    folder = tmp_path_factory.mktemp("platform")
    with Platform(folder, services=services, env=env, say=lambda _: None) as running:
        running.seed()
        running.seed()
        yield running


class Client:
    """Somebody who signs in with the demo password."""

    def __init__(self, base: str, phone: str) -> None:
        self.base, self.phone = base, phone
        self.tokens = self._granted(
            {"grant_type": "password", "login": phone, "password": PASSWORD}
        )

    def refresh(self) -> None:
        """Get new tokens for the refresh token."""
        token = self.tokens["refresh_token"]
        self.tokens = self._granted({"grant_type": "refresh_token", "refresh_token": token})

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """A request with the access token and an Idempotency-Key."""
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "Idempotency-Key": uuid.uuid4().hex,
            **given.pop("headers", {}),
        }
        return requests.request(method, self.base + path, headers=headers, timeout=TIMEOUT, **given)

    def _granted(self, body: dict[str, str]) -> dict[str, Any]:
        answer = requests.post(f"{self.base}/identity/tokens", json=body, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        tokens: dict[str, Any] = answer.json()
        return tokens


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds, a minute at most."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def tell(platform: Platform, kind: str, sequence: int, phone: str) -> None:
    """The register tells of the company, represented by the holder of the phone."""
    body = {"code": CODE, "kind": kind, "sequence": sequence, "name": "张伟",
            "number": NUMBERS[phone]}  # fmt: skip
    assert requests.post(f"{platform.url}/enterprise/told", json=body, timeout=TIMEOUT).ok


def test_representation(platform: Platform) -> None:
    """From the register's event to the token: representative, agent, change, end."""
    zhang, li = Client(platform.url, ZHANG), Client(platform.url, LI)

    def acts_for(client: Client) -> Any:
        client.refresh()
        return client.ask("GET", "/enterprise/caller").json()["acts_for"].get(CODE)

    tell(platform, "registered", 1, ZHANG)
    eventually(lambda: bool(acts_for(zhang) == ["all", "apply", "view"]))
    agents = f"/identity/legal-persons/{CODE}/agents"
    order = {"name": "李娜", "identity_number": NUMBERS[LI], "scopes": ["apply"]}
    agent = zhang.ask("POST", agents, json=order)
    assert agent.status_code == 201
    assert NUMBERS[LI] not in agent.text
    assert acts_for(li) == ["apply", "view"]
    assert zhang.ask("POST", f"{agents}/{agent.json()['id']}/revocation").ok
    assert acts_for(li) is None
    tell(platform, "changed", 2, LI)
    eventually(lambda: bool(acts_for(li) == ["all", "apply", "view"]))
    assert acts_for(zhang) is None
    tell(platform, "deregistered", 3, LI)
    eventually(lambda: acts_for(li) is None)


def test_find_person(platform: Platform) -> None:
    """Another service finds the account of a person by RPC."""
    account = Client(platform.url, ZHANG).ask("GET", "/identity/me").json()
    assert account["identity_number"] == NUMBERS[ZHANG]
    found = requests.get(f"{platform.url}/enterprise/people/{NUMBERS[ZHANG]}", timeout=TIMEOUT)
    assert found.json() == {"found": {"account": account["id"]}}


def test_reuse(platform: Platform) -> None:
    """A refresh token that comes back ends the session, and the history says so."""
    client = Client(platform.url, LI)
    first = client.tokens["refresh_token"]
    client.refresh()
    for token in (first, client.tokens["refresh_token"]):
        body = {"grant_type": "refresh_token", "refresh_token": token}
        answer = requests.post(f"{platform.url}/identity/tokens", json=body, timeout=TIMEOUT)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/invalid-grant")
    eventually(lambda: "session-revoked" in client.ask("GET", "/identity/me/history").text)


def test_one_account(platform: Platform) -> None:
    """A phone, as an identity number, has one account only, of whatever kind."""
    body = {"name": "张伟伟", "phone": ADMINISTRATOR, "identity_number": "430104198503030031",
            "password": "moon-river-77"}  # fmt: skip
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = requests.post(
        f"{platform.url}/identity/accounts", json=body, headers=headers, timeout=TIMEOUT
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-registered")


def test_moves(platform: Platform) -> None:
    """Administrators move with If-Match; a stale one changes nothing."""
    root = Client(platform.url, ADMINISTRATOR)
    page = root.ask("GET", "/identity/officials", params={"division": "430111"}).json()
    path = f"/identity/accounts/{page['items'][0]['id']}"
    tag = root.ask("GET", path).headers["ETag"]

    def move(name: str, tag: str | None) -> requests.Response:
        headers = {"If-Match": tag} if tag else {}
        return root.ask("POST", f"{path}/{name}", json={"reason": "演练"}, headers=headers)

    assert move("suspension", None).status_code == 428
    suspended = move("suspension", tag)
    assert suspended.json()["status"] == "suspended"
    assert move("reinstatement", tag).status_code == 412
    assert move("reinstatement", suspended.headers["ETag"]).json()["status"] == "active"


def test_rotation_without_downtime(platform: Platform) -> None:
    """While keys are handed over again and again, every token is good in another service."""
    handed_over = 3
    client = Client(platform.url, ZHANG)
    with ThreadPoolExecutor(1) as operator:
        work = operator.submit(_rotate, platform, handed_over)
        answers = []
        while not work.done():
            answers.append(client.ask("GET", "/enterprise/caller").status_code)
            time.sleep(0.1)
            client.refresh()
            answers.append(client.ask("GET", "/enterprise/caller").status_code)
    work.result()
    assert set(answers) == {200}
    assert len(answers) > handed_over
    published = requests.get(
        f"{platform.url}/identity/.well-known/jwks.json", timeout=TIMEOUT
    ).json()
    assert len(published["keys"]) == 2 + handed_over


def _rotate(platform: Platform, times: int) -> None:
    command = [sys.executable, "-m", "services.identity.rotate_keys"]
    env = {"PATH": "", **platform.environment("identity")}
    for _ in range(times):
        time.sleep(6)  # longer than a verifier waits until it asks for an unknown key again
        subprocess.run(command, env=env, check=True, capture_output=True, cwd=Path.cwd())


def test_same_time(platform: Platform) -> None:
    """An unknown login is not told from a known one by the time of the answer: without its hashing
    all pairs, or none, would differ; chance alone stays within these bounds (five deviations)."""
    lasted: dict[str, list[float]] = {"known": [], "unknown": []}
    for account in range(20):
        known, unknown = f"1370000{account:04}", f"1360000{account:04}"
        _register(platform, known, account)
        for _ in range(4):
            lasted["known"].append(_refused(platform, known))
            lasted["unknown"].append(_refused(platform, unknown))
    pairs = [(k, u) for k in lasted["known"] for u in lasted["unknown"]]
    slower = sum(k > u for k, u in pairs) / len(pairs)
    assert 0.25 < slower < 0.75, f"a known login is slower in {slower:.0%} of all pairs"


def _register(platform: Platform, phone: str, number: int) -> None:
    from stdnum.cn import ric

    stem = f"43010419700101{number:03}"
    body = {"name": "测试员", "phone": phone, "password": "moon-river-77",
            "identity_number": stem + ric.calc_check_digit(stem + "0")}  # fmt: skip
    answer = requests.post(
        f"{platform.url}/identity/accounts",
        json=body,
        headers={"Idempotency-Key": f"same-time-{number}"},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 201, answer.text


def _refused(platform: Platform, login: str) -> float:
    body = {"grant_type": "password", "login": login, "password": "not-the-password"}
    started = time.perf_counter()
    answer = requests.post(f"{platform.url}/identity/tokens", json=body, timeout=TIMEOUT)
    lasted = time.perf_counter() - started
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/wrong-credentials")
    return lasted


def test_no_secret_in_logs(platform: Platform) -> None:
    """After all of the above no log holds a personal number, a password or a token."""
    token = Client(platform.url, ZHANG).tokens["refresh_token"]
    logged = platform.log("identity")
    secrets = [*NUMBERS, *NUMBERS.values(), PASSWORD, "moon-river-77", token]
    assert not [secret for secret in secrets if secret in logged]


def test_memory_at_rest(platform: Platform) -> None:
    """After many sign-ins at once the memory of the hashes is given back."""
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda _: Client(platform.url, ZHANG), range(24)))

    def resident() -> int:
        status = Path(f"/proc/{platform.pid('identity')}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    end = time.monotonic() + 45
    while resident() > MEMORY_AT_REST and time.monotonic() < end:
        time.sleep(1)
    assert resident() <= MEMORY_AT_REST
