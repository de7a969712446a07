"""Another system, which calls the API with a key."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from notify.demo.stack import Stack
from tests.stories.people import Alert


class System:
    """Knows its key, and what the API's documents look like."""

    def __init__(self, house: Stack, key: str) -> None:
        self.web_url, self.key = house.web_url, key

    def posts(
        self, path: str, document: dict[str, Any], **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """The status and the document that the API answers with."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._calls(path, json.dumps(document).encode(), named)

    def counts(self, alert: Alert, channel: str = "sms") -> dict[str, int]:
        """How many deliveries of the latest update are in which state; only states that occur."""
        path = f"alerts/{alert.code}/updates/{alert.number}/progress/"
        status, document = self._calls(path, None, {})
        assert status == 200, document
        [found] = [one for one in document["channels"] if one["channel"] == channel]
        return {state: count for state, count in found["counts"].items() if count}

    def _calls(
        self, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json", **headers}
        headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(f"{self.web_url}/api/v1/{path}", data, headers)  # noqa: S310 - http
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)
