"""How the tests call, and how they read what comes back."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests import given

ALERTS = "/api/v1/alerts/"


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
