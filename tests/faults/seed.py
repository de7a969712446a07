"""Makes subscribers by the thousand, in the environment of a house: ``python -m tests.faults.seed``.

Arguments: ``AREA:COUNT:FIRST_NUMBER`` each. Prints ``AREA NUMBER KEY`` for each subscriber. What signing
up would have written is written here at once, numbers under the house's own keys.
"""

from __future__ import annotations

import sys

import django

django.setup()

from notify.alerts.models import Area  # noqa: E402 - models can be imported only now
from notify.residents.models import Subscriber, Subscription  # noqa: E402
from notify.residents.secrecy import blind_index, encrypt  # noqa: E402


def seed(area: Area, count: int, first: int) -> None:
    """Make subscribers to everything in the area, with the numbers from ``first`` on."""
    phones = [f"+{first + number}" for number in range(count)]
    made = Subscriber.objects.bulk_create(
        (
            Subscriber(phone_cipher=encrypt(phone), phone_index=blind_index(phone))
            for phone in phones
        ),
        batch_size=1_000,
    )
    Subscription.objects.bulk_create(
        (Subscription(subscriber=one, area=area) for one in made), batch_size=1_000
    )
    for phone, one in zip(phones, made, strict=True):
        print(area.code, phone, one.pk)


for argument in sys.argv[1:]:
    code, how_many, first_number = argument.split(":")
    seed(Area.objects.get(code=code), int(how_many), int(first_number))
