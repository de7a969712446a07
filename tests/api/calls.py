"""How the tests call, and how they read what comes back."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests import given

ALERTS = "/api/v1/alerts/"
ALL_CLEAR = {"words": {"sv": {"headline": "Vattnet är tillbaka"}}}


def calling_with(shown: str) -> APIClient:
    """A client that shows that key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {shown}")
    return client


def body(**changes: Any) -> dict[str, Any]:
    """The body of a draft: severe water outage in Äspered; ``changes`` as wanted."""
    given.service()
    given.city()
    return {
        "service": "water",
        "areas": ["1490TB121"],
        "severity": "Severe",
        "urgency": "Immediate",
        "words": given.WORDS,
    } | changes


def fields(problem: dict[str, Any]) -> list[str]:
    """The fields that a problem document names."""
    return [error["field"] for error in problem["errors"]]


def drafted(system: APIClient, **changes: Any) -> dict[str, Any]:
    """A draft as its answer tells it; ``changes`` as for the body."""
    answer = system.post(ALERTS, body(**changes), format="json")
    assert answer.status_code == 201, answer.content
    draft: dict[str, Any] = answer.json()
    return draft


def published(system: APIClient) -> dict[str, Any]:
    """An alert that was drafted and published, as its answer tells it."""
    draft = drafted(system)
    answer = call(system, draft, "publish")
    assert answer.status_code == 201, answer.content
    alert: dict[str, Any] = answer.json()["alert"]
    return alert


def call(
    system: APIClient,
    alert: dict[str, Any],
    move: str,
    given_body: dict[str, Any] | None = None,
    **headers: Any,
) -> Any:
    """Make a move; it names the version that ``alert`` has, unless ``headers`` say another."""
    headers.setdefault("If-Match", f'"{alert["version"]}"')
    return system.post(
        f"{ALERTS}{alert['code']}/{move}/", given_body or {}, format="json", headers=headers
    )
