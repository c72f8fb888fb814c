"""The floor: a bare Nameko HTTP service that verifies the same token, loads the same schema and
does one insert, or one read. ``python -m tests.bench.floor PORT JWKS``
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402  (everything below must see the patched standard library)
import os  # noqa: E402
import sys  # noqa: E402
import uuid  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from typing import Any  # noqa: E402

import jwt  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402
from nameko.extensions import DependencyProvider  # noqa: E402
from nameko.web.handlers import http  # noqa: E402

from shared.store import open_database  # noqa: E402
from tests.bench.workload import Form  # noqa: E402

JSON = {"Content-Type": "application/json"}
PAGE = 50
FORM = Form()


class Mongo(DependencyProvider):
    def setup(self) -> None:
        self.database = open_database(self.container.config["MONGO_URI"], "floor")
        self.database["cases"].create_index("desk")

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.database


def caller(request: Any) -> str:
    """Who holds the token, verified as every service verifies it."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    key = KEYS[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token, key, algorithms=["EdDSA"], audience="platform", issuer=os.environ["ISSUER"]
    )
    return str(claims["sub"])


class Service:
    name = "floor"
    database = Mongo()

    @http("POST", "/cases")
    def submit(self, request: Any) -> Any:
        body = json.loads(request.get_data())
        form = FORM.load(body["form"])
        case = {
            "_id": str(uuid.uuid4()),
            "by": caller(request),
            "item": body["item"],
            "division": body["division"],
            "form": form,
            "at": datetime.now(UTC),
        }
        self.database["cases"].insert_one(case)
        return 201, JSON, json.dumps({"id": case["_id"]})

    @http("GET", "/cases/<string:case_id>")
    def read(self, request: Any, case_id: str) -> Any:
        caller(request)
        case = self.database["cases"].find_one({"_id": case_id})
        return 200, JSON, json.dumps(case, default=str)

    @http("GET", "/desk")
    def desk(self, request: Any) -> Any:
        caller(request)
        found = list(self.database["cases"].find({"desk": "here"}).sort("at", 1).limit(PAGE))
        return 200, JSON, json.dumps(found, default=str)


def main() -> None:
    port = sys.argv[1]
    KEYS.update({k["kid"]: jwt.PyJWK(k, algorithm="EdDSA").key for k in json.loads(sys.argv[2])})
    config = {
        "WEB_SERVER_ADDRESS": f"127.0.0.1:{port}",
        "AMQP_URI": os.environ["AMQP_URI"],
        "MONGO_URI": os.environ["MONGO_URI"],
        "max_workers": 64,
    }
    container = ServiceContainer(Service, config)
    container.start()
    container.wait()


KEYS: dict[str, Any] = {}

if __name__ == "__main__":
    main()
