"""Every service keeps to its OpenAPI document, whatever is sent (schemathesis)."""

from __future__ import annotations

from contextlib import suppress

import hypothesis
import orjson
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import CheckContext, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response as Received
from schemathesis.specs.openapi import checks

from shared.local.services import discover
from tests.journeys.people import Person

EXAMPLES = 10
"""Requests drawn for each operation, half of them not as the document asks."""
SEED = 20181231
PROBLEM = "application/problem+json"

REFUSED = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, "5xx"]
REFUSALS = {"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
"""How what is not as the document asks is refused; what is too large, too."""

load_all_checks()
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.missing_required_header,
    checks.unsupported_method,
]
"""Not `positive_data_acceptance`: forms obey more rules than a schema can say."""


def problems_only(ctx: CheckContext, response: Received, case: schemathesis.Case) -> None:
    """Whatever is refused is refused with a problem document, or as the standard tells errors that
    the address belongs to; it shows nothing of the inside.
    """
    if response.status_code < 400:
        return
    assert "Traceback" not in response.text and ".py" not in response.text
    declared = case.operation.definition.raw["responses"]["default"]["content"]
    media_type = response.headers["content-type"][0].partition(";")[0]
    assert media_type in declared
    if media_type != PROBLEM:
        return
    told = response.json()
    assert told["status"] == response.status_code
    assert told["type"].startswith("/problems/") and told["title"] and told["detail"]


@schemathesis.serializer("application/x-ndjson")
def as_lines(context: schemathesis.SerializationContext, value: object) -> bytes:
    """An import file as it comes: the bytes that were drawn, or one line of JSON."""
    return value if isinstance(value, bytes) else orjson.dumps(value, default=str)


@pytest.mark.parametrize("service", discover())
def test_contract(
    service: str,
    base_url: str,
    citizen: Person,
    everything: Person,
    system: Person,
    subtests: pytest.Subtests,
) -> None:
    """No answer is a server error, and none differs from what the document says."""
    config = SchemathesisConfig.from_dict(REFUSALS)
    document = f"{base_url}/{service}/openapi.json"
    for found in schemathesis.openapi.from_url(document, config=config).get_all_operations():
        operation = found.ok()
        with subtests.test(operation.label):
            _explore(operation, base_url, _caller(operation, citizen, everything, system))


def _caller(operation: schemathesis.APIOperation, *people: Person) -> Person:
    """The first to whom the operation is open; who may call is decided before all else."""
    path = operation.path.replace("{", "").replace("}", "")
    answers = ((person, person.request(operation.method, path)) for person in people)
    return next(person for person, answer in answers if answer.status_code != 403)


def _explore(operation: schemathesis.APIOperation, base_url: str, caller: Person) -> None:
    _draw(operation, GenerationMode.POSITIVE, base_url, caller)
    with suppress(hypothesis.errors.Unsatisfiable):  # nothing in it that could be wrong
        _draw(operation, GenerationMode.NEGATIVE, base_url, caller)


def _draw(
    operation: schemathesis.APIOperation, mode: GenerationMode, base_url: str, caller: Person
) -> None:
    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=EXAMPLES // 2,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=base_url, session=caller, checks=[*CHECKS, problems_only], timeout=30
        )

    ask()
