"""The steps of somebody who subscribes, as their browser sends them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests import given

WRITTEN = "070-174 06 05"
DIGITS = "701740605"


def filled(**changes: Any) -> dict[str, Any]:
    """A form filled in right: one number, Äspered, every service."""
    area = given.city()["Äspered"]
    given.service("water"), given.service("power")
    form = {"phone": WRITTEN, "areas": [area.code], "services": ["water", "power"]}
    return form | {"form": str(uuid.uuid4())} | changes


def ask(client: Client, **changes: Any) -> HttpResponse:
    answer: Any = client.post("/subscribe/", filled(**changes))
    return answer  # type: ignore[no-any-return]


def asked(client: Client, **changes: Any) -> str:
    """The address of the page that asks for the code."""
    answer = ask(client, **changes)
    assert answer.status_code == 302
    return answer["Location"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


def alike(answer: Any) -> str:
    """The text of a page, without what is new at each look: the keys of its forms, its own address."""
    page = re.sub(r'name="(csrfmiddlewaretoken|form|ticket)" value="[^"]+"', "", text(answer))
    return re.sub(r"/subscribe/[0-9a-f-]{36}/", "", page)
