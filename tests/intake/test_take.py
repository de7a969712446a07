"""What becomes of a message: drafts, publications, and what waits for an editor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert, Update
from notify.dispatch.models import Dispatch
from notify.intake.faults import Refused
from notify.intake.models import Message, Outcome
from tests import given
from tests.intake.conftest import Take
from tests.intake.documents import SENDER, ÄSPERED, after, all_clear, cap, info, moment, reference

pytestmark = pytest.mark.django_db
FRISTAD = {"areaDesc": "Fristad", "geocode": [("Tätort", "1490TB108")]}


def the_alert() -> Alert:
    """The one that there is, as the database has it."""
    return Alert.objects.get()


def refused_for(take: Take, message: dict[str, Any]) -> list[str]:
    """The fields for which the message is refused; nothing is written then."""
    before = (Message.objects.count(), Alert.objects.count(), Update.objects.count())
    with pytest.raises(Refused) as no:
        take(message)
    assert (Message.objects.count(), Alert.objects.count(), Update.objects.count()) == before
    return [fault.field for fault in no.value.faults]


# --- first words ------------------------------------------------------------------------------


def test_a_strangers_message_is_a_draft_that_says_the_same(stranger: Take) -> None:
    now = timezone.now().replace(microsecond=0)
    said = info(
        onset=moment(now), expires=moment(now + timedelta(hours=2)), instruction="Koka vattnet."
    )
    english = said | {"language": "en", "headline": "Water outage", "description": None}
    taken = stranger(cap(said, english))
    alert = the_alert()
    assert (taken.outcome, taken.alert, taken.remarked) == (Outcome.DRAFTED, alert, [])
    assert alert.state == "draft"
    assert alert.words == {
        "sv": {
            "headline": "Vattenavbrott i Äspered",
            "description": "En ledning har gått sönder.",
            "instruction": "Koka vattnet.",
        },
        "en": {"headline": "Water outage", "description": "", "instruction": "Koka vattnet."},
    }
    assert (alert.severity, alert.urgency, alert.certainty) == ("Severe", "Immediate", "Observed")
    assert (alert.onset, alert.expires) == (now, now + timedelta(hours=2))
    assert [area.name for area in alert.areas.all()] == ["Äspered"]
    assert (alert.author, alert.service.slug) == (taken.by, "water")


@pytest.mark.parametrize(
    ("said", "shown"),
    [("\u202eDrift\n  centralen\u2066", "Drift centralen"), ("\u202e", SENDER)],
)
def test_a_senders_name_turns_no_words_of_ours_round(stranger: Take, said: str, shown: str) -> None:
    assert stranger(cap(info(senderName=said))).sender_name == shown


def test_a_trusted_senders_message_is_published_once_in_its_users_name(trusted: Take) -> None:
    message = cap()
    taken = trusted(message)
    again = trusted(message)
    update = Update.objects.get()
    assert the_alert().state == "active"
    assert (taken.outcome, taken.update) == (Outcome.PUBLISHED, update)
    assert again == taken
    assert update.author == taken.by
    assert Dispatch.objects.get().update == update


def test_the_same_name_for_another_message_is_refused(trusted: Take) -> None:
    message = cap()
    trusted(message)
    assert refused_for(
        trusted, message | {"sent": moment(timezone.now() - timedelta(hours=1))}
    ) == ["identifier"]
    assert trusted(message | {"sender": "another.example.se"}).outcome == Outcome.PUBLISHED


def test_what_a_channel_cannot_carry_stays_a_draft_and_says_why(
    trusted: Take, settings: Settings
) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.sms.channel.SmsChannel"]
    settings.SMS_MAX_SEGMENTS = 0
    taken = trusted(cap())
    assert taken.outcome == Outcome.DRAFTED
    assert the_alert().state == "draft"
    assert not Update.objects.exists()
    assert taken.remarks["sv"]
    assert taken.remarks["en"]
    assert taken.remarks["sv"] != taken.remarks["en"]


def test_what_has_passed_stays_a_draft(trusted: Take) -> None:
    now = timezone.now()
    begun, over = now - timedelta(hours=2), now - timedelta(hours=1)
    taken = trusted(cap(info(onset=moment(begun), expires=moment(over))))
    assert (taken.outcome, len(taken.remarked)) == (Outcome.DRAFTED, 1)


def test_a_draft_of_the_senders_own_is_never_published(trusted: Take) -> None:
    assert trusted(cap(status="Draft")).outcome == Outcome.DRAFTED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "Test"}, "status"),
        ({"status": "Exercise"}, "status"),
        ({"status": "System"}, "status"),
        ({"scope": "Private"}, "scope"),
        ({"scope": "Restricted"}, "scope"),
        ({"msgType": "Ack"}, "msgType"),
        ({"msgType": "Error"}, "msgType"),
        ({"sender": "testserver"}, "sender"),
        ({"sent": moment(timezone.now() + timedelta(hours=1))}, "sent"),
        ({"info": []}, "info"),
        ({"info": [info(area=[])]}, "area"),
        ({"info": [info(area=[{"areaDesc": "Solna", "geocode": [("Kommun", "0184")]}])]}, "area"),
        ({"info": [info(eventCode=None)]}, "eventCode"),
        ({"info": [info(eventCode=[("urn:notify:service", "gas")])]}, "eventCode"),
        ({"info": [info(responseType=["AllClear"])]}, "msgType"),
        ({"msgType": "Cancel"}, "references"),
        ({"msgType": "Cancel", "references": "a,b,2026-01-01T00:00:00+01:00"}, "references"),
    ],
)
def test_what_is_not_for_here_is_refused(
    trusted: Take, changes: dict[str, Any], field: str
) -> None:
    given.service("power")  # so that the category alone says nothing
    assert refused_for(trusted, cap(**changes)) == [field]


def test_what_an_alert_cannot_be_is_refused(trusted: Take) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError) as no:
        trusted(cap(info(onset=moment(now), expires=moment(now - timedelta(hours=1)))))
    assert list(no.value.message_dict) == ["expires"]
    assert not Message.objects.exists()


def test_an_installation_for_drills_takes_in_drills(trusted: Take, settings: Settings) -> None:
    settings.CAP_STATUS = "Exercise"
    assert trusted(cap(status="Exercise")).outcome == Outcome.PUBLISHED
    assert refused_for(trusted, cap()) == ["status"]


# --- what comes after -------------------------------------------------------------------------


def test_an_update_changes_a_draft_and_an_end_discards_it(stranger: Take) -> None:
    first = cap()
    stranger(first)
    second = after(first, info(headline="Nytt", area=[ÄSPERED, FRISTAD]))
    assert stranger(second).outcome == Outcome.REVISED
    assert the_alert().words["sv"]["headline"] == "Nytt"
    assert the_alert().areas.count() == 2
    taken = stranger(all_clear(second))
    assert (taken.outcome, taken.alert) == (Outcome.DISCARDED, None)
    assert taken.code
    assert not Alert.objects.exists()


def test_a_story_is_told_from_the_first_words_to_the_all_clear(trusted: Take) -> None:
    first = cap()
    trusted(first)
    second = after(first, info(headline="Nytt"))
    assert trusted(second).outcome == Outcome.UPDATED
    assert trusted(after(second)).outcome == Outcome.UNCHANGED
    over = trusted(all_clear(second))
    assert over.outcome == Outcome.RESOLVED
    told = [(u.message_type, u.response_type, u.word("headline")) for u in Update.objects.all()]
    assert told == [
        ("Alert", "", "Vattenavbrott i Äspered"),
        ("Update", "", "Nytt"),
        ("Update", "AllClear", "Vattnet är tillbaka"),
    ]
    assert the_alert().state == "resolved"
    assert trusted(after(second, msgType="Cancel")).outcome == Outcome.UNCHANGED


def test_a_cancel_takes_it_back(trusted: Take) -> None:
    first = cap()
    trusted(first)
    assert trusted(after(first, msgType="Cancel")).outcome == Outcome.CANCELLED
    assert the_alert().state == "cancelled"


def test_a_draft_that_its_trusted_sender_mends_is_published(trusted: Take) -> None:
    first = cap(info(severity="Unknown"))
    assert trusted(first).outcome == Outcome.DRAFTED
    assert trusted(after(first, info())).outcome == Outcome.PUBLISHED
    assert Alert.objects.count() == 1


def test_an_update_of_what_is_not_known_is_a_draft(trusted: Take) -> None:
    taken = trusted(after(cap()))
    assert (taken.outcome, len(taken.remarked)) == (Outcome.DRAFTED, 1)


def test_what_another_sender_said_is_not_continued(trusted: Take) -> None:
    first = cap()
    trusted(first)
    assert trusted(after(first, sender="another.example.se")).outcome == Outcome.DRAFTED
    assert refused_for(trusted, after(first, sender="a.example.se", msgType="Cancel")) == [
        "references"
    ]
    assert Update.objects.count() == 1


def test_older_words_do_not_replace_newer_ones(trusted: Take) -> None:
    first = cap()
    trusted(first)
    trusted(
        after(first, info(headline="Nyast"), sent=moment(timezone.now() + timedelta(minutes=2)))
    )
    assert trusted(after(first, info(headline="Äldre"))).outcome == Outcome.LATE
    assert the_alert().word("headline", "sv") == "Nyast"


def test_first_words_that_arrive_after_their_update_make_nothing(trusted: Take) -> None:
    first = cap()
    trusted(after(first))
    taken = trusted(first)
    assert (taken.outcome, taken.alert) == (Outcome.LATE, the_alert())


def test_one_message_ends_one_alert(trusted: Take) -> None:
    one, other = cap(), cap()
    trusted(one)
    trusted(other)
    both = f"{reference(one)} {reference(other)}"
    assert refused_for(trusted, after(one, references=both)) == ["references"]


def test_an_update_that_leaves_our_areas_waits(stranger: Take) -> None:
    first = cap()
    stranger(first)
    solna = {"areaDesc": "Solna", "geocode": [("Kommun", "0184")]}
    taken = stranger(after(first, info(area=[solna])))
    assert (taken.outcome, taken.alert) == (Outcome.WAITING, the_alert())
