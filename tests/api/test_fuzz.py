"""Whatever the schema allows or forbids, called by a stranger and with a key: what is answered keeps to it.

A few hundred calls, unless TEST_FUZZ says how many for each caller; then also every boundary of every
field. And stories along the schema's links.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core import signals
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as examples
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Err
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from config.wsgi import application
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move
from notify.dispatch.start import announce
from tests import given
from tests.api.conftest import NewKey

# Every address once is enough, on PostgreSQL: it is the stricter one.
pytestmark = [pytest.mark.django_db, pytest.mark.story]

Case = schemathesis.Case[Any]
WANTED = int(os.environ.get("TEST_FUZZ", "0"))
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428"]
SIMPLE = ["GET /api/v1/areas/", "GET /api/v1/services/"]
"""What takes nothing that only we know, such as the code of an area: here whatever is right is done."""

CONFIG: dict[str, Any] = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": REFUSED},
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", *REFUSED]},
    },
    "operations": [
        {
            "include-name": name,
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "304"]}},
        }
        for name in SIMPLE
    ],
}
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
effort = settings(
    max_examples=WANTED or 100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not WANTED,
)


@pytest.fixture
def schema(world: object) -> Iterator[OpenApiSchema]:
    """The API's own, as it answers with it; not at import, or every test process would read it.

    The test's connection is kept over the requests, as Django's own test client does for its own.
    """
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(
        "/api/v1/schema/?format=json", application, config=SchemathesisConfig.from_dict(CONFIG)
    )
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(new_key: NewKey) -> str:
    """A key with every scope."""
    return new_key()


@pytest.fixture
def world(editor: User) -> dict[str, Alert]:
    """An alert for each kind of operation, by its tag; Äspered has an outline."""
    draft, alert = given.draft(), given.draft()
    said = given.said(alert, Move.PUBLISH)
    announce(alert, Move.PUBLISH, said, version=1, key=uuid.uuid4(), by=editor)
    Area.objects.filter(code="1490TB121").update(outline=given.square(12, 57, 2))
    return {"drafts": draft, "alerts": alert, "moves": alert}


def lead(case: Case, world: dict[str, Alert]) -> None:
    """Give what may well be right the names that only we know, so that it comes further than to 404."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    name = case.operation.definition.raw["operationId"]
    kind = "drafts" if name == "publishAlert" else case.operation.definition.raw["tags"][0]
    if "code" in case.path_parameters:
        case.path_parameters["code"] = world[kind].code if kind in world else "1490TB121"
    if "number" in case.path_parameters:
        case.path_parameters["number"] = 1
    if kind in world and case.method != "GET":
        case.headers["If-Match"] = f'"{world[kind].version}"'
    say_what_we_know(case.query, {"area": "1490TB121", "service": "water", "point": "57.5,12.5"})
    case.query.pop("cursor", None)
    lead_body(case)


def lead_body(case: Case) -> None:
    """Name the service, the places and the languages that there are."""
    body: Any = case.body
    if isinstance(body, dict):
        known = {"service": "water", "areas": ["1490TB121"], "advice": {"drink": "boil"}}
        say_what_we_know(body, known)
        if isinstance(words := body.get("words"), dict) and words:
            body["words"] = {"sv": {"headline": "Vatten"} | next(iter(words.values()))}


def say_what_we_know(said: dict[str, Any], known: dict[str, Any]) -> None:
    """Put what is known in the place of what was said of it."""
    said.update({name: value for name, value in known.items() if name in said})


def documented(response: Response, case: Case) -> None:
    """The schema names the status for this operation; for methods that it has not, there is 405."""
    if case.method.upper() == case.operation.method.upper():
        answers = case.operation.definition.raw["responses"]
        assert str(response.status_code) in answers, response.status_code
    else:
        assert response.status_code in (204, 401, 403, 404, 405), response.status_code


Caller = Callable[[Case], None]


@pytest.fixture(params=["with a key", "without one"])
def caller(request: pytest.FixtureRequest, key: str, world: dict[str, Alert]) -> Caller:
    """Makes a call, looks at what comes back, and leaves everything as it was."""
    shown = {"Authorization": f"Bearer {key}"} if request.param == "with a key" else {}

    def make(case: Case) -> None:
        lead(case, world)
        with transaction.atomic():
            response = case.call(headers=shown)
            case.validate_response(response, headers=shown)
            documented(response, case)
            if not shown and {} not in case.operation.definition.raw["security"]:
                refused = response.status_code in (400, 401, 404, 405, 406)
                assert refused or case.method == "OPTIONS", response.status_code
            transaction.set_rollback(True)

    return make


def test_whatever_the_schema_allows_or_forbids(schema: OpenApiSchema, caller: Caller) -> None:
    @effort
    @examples(case=st.one_of([schema.as_strategy(mode) for mode in MODES]))
    def calls(case: Case) -> None:
        caller(case)

    calls()


def test_every_boundary_of_every_field(schema: OpenApiSchema, caller: Caller) -> None:
    for found in schema.get_all_operations():
        assert not isinstance(found, Err), found
        operation = found.ok()
        chosen = schema.config.generation_for(operation=operation)
        cases = schema.iter_coverage_cases(
            operation, generation_modes=MODES, generation_config=chosen
        )
        for case in islice(cases, None if WANTED else 4):
            caller(case)


def test_along_the_links(schema: OpenApiSchema, key: str) -> None:
    class Stories(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        def setup(self) -> None:
            self.here = transaction.atomic()
            self.here.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.here.__exit__(None, None, None)

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            newest = Alert.objects.latest("pk")
            lead(case, {"drafts": newest, "alerts": newest, "moves": newest})
            return {"headers": {"Authorization": f"Bearer {key}"}}

    Stories.run(settings=settings(effort, max_examples=max(3, WANTED // 50), stateful_step_count=6))
