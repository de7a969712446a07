"""From the form to the phone and back, nothing that is logged and no address holds a number or a code.

At the most talkative level, with a real provider's stand-in behind it.
"""

from __future__ import annotations

import logging
import re
import uuid
from urllib.parse import urldefrag, urlencode, urlsplit

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from notify.alerts.vocabulary import Move
from notify.channels.base import Recipient
from notify.channels.registry import channels
from notify.channels.sms.channel import SmsChannel
from notify.channels.sms.entrance import FORM
from notify.dispatch import direct
from notify.dispatch.erasure import erase_number
from notify.dispatch.export import held_on_number
from notify.residents.models import Subscriber
from tests.dispatch import world
from tests.portal.steps import DIGITS, asked, wrong
from tests.portal.world import sent_code
from tests.simulator_fixture import Simulator, simulator, simulator_process

__all__ = ["simulator", "simulator_process"]

pytestmark = pytest.mark.django_db

PHONE = f"+46{DIGITS}"
NUMBER = re.compile(r"70\D{0,3}174\D{0,3}06\D{0,3}05")
"""The number, however it is spaced or quoted."""


@pytest.fixture
def provider(settings: Settings, simulator: Simulator) -> Simulator:
    """SMS go to the simulator, and nobody else keeps the pace."""
    settings.REDIS_KEY_PREFIX = f"{uuid.uuid4().hex}:"
    settings.TWILIO_API_URL = simulator.url
    settings.NOTIFY_CHANNELS = ["notify.channels.sms.channel.SmsChannel"]
    return simulator


def sms() -> SmsChannel:
    channel = channels()["sms"]
    assert isinstance(channel, SmsChannel)
    return channel


def calls_back(client: Client, address: str, form: dict[str, str]) -> int:
    """The provider's signed call; returns the status that we answer with."""
    signature = RequestValidator(project.TWILIO_AUTH_TOKEN).compute_signature(address, form)
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return client.post(
        path, urlencode(form), FORM, headers={"x-twilio-signature": signature}
    ).status_code


def test_signing_up_being_told_and_leaving(
    client: Client, provider: Simulator, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    addresses = [asked(client)]
    code = sent_code()
    direct.send_direct()
    client.post(addresses[0], {"code": wrong(code)})
    addresses.append(client.post(addresses[0], {"code": code})["Location"])
    client.get(addresses[-1])
    dispatch = world.fan_out()

    messages = provider.messages_to(PHONE)
    assert len(messages) == 2, "the code and the alert"
    for message in messages:
        callback = urldefrag(message["status_callback"]).url
        addresses.append(callback)
        form = {"MessageSid": message["sid"], "MessageStatus": "delivered", "To": PHONE}
        assert calls_back(client, callback, form) == 204
        assert calls_back(client, f"{callback}9", form | {"MessageStatus": "x"}) in {204, 400}
        assert client.post("/sms/status", form).status_code == 403
    found = list(
        sms().look_up(dispatch.notice, [Recipient(PHONE, world.only(dispatch).reference, "sv")])
    )
    assert len(found) == 1
    looked_at_by_staff(Subscriber.objects.get().pk)
    sms().close()

    # A provider that cannot be reached says so loudly, and without saying whom it was for.
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    world.fan_out(Move.UPDATE, world.alert_of(dispatch))
    sms().close()
    inbound = {"MessageSid": "SM" + "0a" * 16, "From": PHONE, "To": provider.number}
    for words in ("HJÄLP", "Ring mig på 070-174 06 05", "STOPP"):
        form = inbound | {"Body": words}
        assert calls_back(client, f"{project.PUBLIC_URL}/sms/inbound", form) == 200
    held_on_number(PHONE)
    call_command("rotate_phone_keys", verbosity=0)
    erase_number(PHONE)

    assert caplog.records, "something was logged, or nothing was tested"
    assert not NUMBER.search(caplog.text)
    assert not re.search(rf"\b{code}\b", caplog.text)
    for address in addresses:
        assert not NUMBER.search(address)
        assert code not in address


def looked_at_by_staff(key: int) -> None:
    staff = Client()
    staff.force_login(User.objects.create_superuser("admin"))
    where = f"/admin/residents/subscriber/{key}/"
    assert not NUMBER.search(staff.get(f"{where}change/").content.decode())
    shown = staff.post(f"{where}reveal/", {"reason": "KS 2026/1"})
    assert NUMBER.search(shown.content.decode())
