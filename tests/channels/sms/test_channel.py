from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from pytest_django import Settings

from notify.channels.base import AddressedBy, Recipient, Text
from notify.channels.notice import Notice, Words
from notify.channels.sms.channel import SmsChannel
from notify.channels.sms.compose import compose
from tests.channels.contract import PHONES, RefusingContract, TextContract
from tests.channels.notices import notice
from tests.simulator_fixture import Simulator

LANDLINE = "+46101234567"
LONG = ("Vattnet är borta eller har lågt tryck. " * 30).rstrip()


class TestSmsChannel(TextContract, RefusingContract):
    @pytest.fixture
    def channel(self, sms: SmsChannel) -> SmsChannel:
        return sms

    @pytest.fixture
    def bad_address(self, simulator: Simulator) -> str:
        simulator.set_faults(fates={LANDLINE: 21614})
        return LANDLINE


def test_it_is_addressed_by_subscriber() -> None:
    assert SmsChannel.addressed_by is AddressedBy.SUBSCRIBER


def test_each_person_gets_the_sms_in_their_language(sms: SmsChannel, simulator: Simulator) -> None:
    told = notice()
    people = [Recipient(PHONES[0], "d1", "sv"), Recipient(PHONES[1], "d2", "en")]
    list(sms.send(told, people))
    assert simulator.texts_to(PHONES[0]) == [compose(told, "sv")]
    assert simulator.texts_to(PHONES[1]) == [compose(told, "en")]


def test_thousands_get_one_each(sms: SmsChannel, simulator: Simulator) -> None:
    people = [Recipient(f"+4670{number:07}", f"d{number}", "sv") for number in range(1, 2001)]
    receipts = list(sms.send(notice(), people))
    assert len({receipt.provider_id for receipt in receipts}) == 2000
    by_number = {entry["to"]: entry["sid"] for entry in simulator.ledger()}
    addresses = {one.reference: one.address for one in people}
    assert all(by_number[addresses[one.reference]] == one.provider_id for one in receipts)


def test_texts_are_normalised_too(sms: SmsChannel, simulator: Simulator) -> None:
    list(sms.send_texts([Text(PHONES[0], "m1", "Din kod – 123456", valid_for=600)]))
    assert simulator.texts_to(PHONES[0]) == ["Din kod - 123456"]


def test_it_works_again_after_it_was_closed(sms: SmsChannel, simulator: Simulator) -> None:
    for reference in ("m1", "m2"):
        list(sms.send_texts([Text(PHONES[0], reference, "Hej", valid_for=600)]))
        sms.close()
    assert simulator.texts_to(PHONES[0]) == ["Hej", "Hej"]


# --- before publishing ------------------------------------------------------------------------


def too_long(**words: Words) -> Notice:
    return notice(words={"sv": Words("Vattenavbrott i Äspered"), **words})


def test_too_many_segments_are_a_problem_in_the_language_that_has_them() -> None:
    told = too_long(en=Words("Water outage in Äspered", "", LONG))
    with override("en"):
        [problem] = SmsChannel().problems(told)
    assert problem.startswith("English: the SMS is 9 segments long, and at most 6 can be sent.")
    with override("sv"):
        [problem] = SmsChannel().problems(told)
    assert problem.startswith("Engelska: sms:et blir 9 delar långt, och högst 6 går att skicka.")


def test_shortening_by_what_the_problem_says_solves_it() -> None:
    with override("en"):
        [problem] = SmsChannel().problems(too_long(sv=Words("Vattenavbrott", "", LONG)))
    over = int(problem.removesuffix(" characters.").rsplit(" ", 1)[1])
    assert SmsChannel().problems(too_long(sv=Words("Vattenavbrott", "", LONG[:-over]))) == []
    longer = LONG[: 1 - over].rstrip() + "x"
    assert len(SmsChannel().problems(too_long(sv=Words("Vattenavbrott", "", longer)))) == 1


def test_the_problem_names_the_characters_that_make_it_long() -> None:
    with override("en"):
        [problem] = SmsChannel().problems(too_long(sv=Words("Avbrott", "", "Saša 😀 " * 60)))
    assert problem.endswith("These characters more than double its length: š 😀")


def test_the_most_segments_are_a_setting(settings: Settings) -> None:
    settings.SMS_MAX_SEGMENTS = 1
    instruction = "Hämta vatten vid tankbilen på skolgården. " * 4
    told = too_long(sv=Words("Avbrott", "", instruction), en=Words("Outage", "", instruction))
    assert len(SmsChannel().problems(told)) == 2


def test_a_description_that_is_too_long_is_no_problem_but_is_said_to_be_cut() -> None:
    told = too_long(sv=Words("Vattenavbrott i Äspered", LONG))
    assert SmsChannel().problems(told) == []
    preview = SmsChannel().preview(told, "sv")
    assert (preview.units, preview.context["shortened"]) == (6, True)
    with override("sv"):
        page = render_to_string(preview.template, {"preview": preview.context})
    assert "Beskrivningen kortas för att få plats." in page
    assert "Det går inte att svara" not in page


def test_the_preview_says_when_nobody_can_reply() -> None:
    preview = SmsChannel().preview(notice(leave_url="http://testserver/manage/"), "sv")
    with override("sv"):
        page = render_to_string(preview.template, {"preview": preview.context})
    assert "Det går inte att svara den här avsändaren" in page


def test_the_preview_says_what_it_costs(settings: Settings) -> None:
    settings.SMS_PRICE_PER_SEGMENT = 0.5
    settings.SMS_PRICE_CURRENCY = "SEK"
    told = notice()
    preview = SmsChannel().preview(told, "sv")
    assert (preview.units, preview.price, preview.currency) == (2, 0.5, "SEK")
    assert preview.context["text"] == compose(told, "sv")
    with override("sv"):
        page = render_to_string(preview.template, {"preview": preview.context})
    assert "2 av högst 6" in page
    assert "GSM-7" in page
    assert "Vattenavbrott i Äspered<br>" in page


def test_the_preview_warns_of_what_makes_it_dear() -> None:
    preview = SmsChannel().preview(notice(words={"sv": Words("70 °C i kranen")}), "sv")
    with override("sv"):
        page = render_to_string(preview.template, {"preview": preview.context})
    assert "UCS-2" in page
    assert "mer än dubbelt så långt: °" in page


def test_the_preview_says_who_it_comes_from(settings: Settings) -> None:
    settings.TWILIO_SENDER = "BorasStad"
    assert SmsChannel().preview(notice(), "sv").context["sender"] == "BorasStad"
    settings.TWILIO_SENDER = "MG" + "0" * 32
    with override("sv"):
        assert SmsChannel().preview(notice(), "sv").context["sender"] == "Vår sms-tjänst"


def test_the_channel_gives_reasons_in_the_readers_language() -> None:
    with override("sv"):
        assert SmsChannel().reason("21614") == "Numret finns inte eller är inget mobilnummer."


@pytest.mark.parametrize(
    ("code", "may"),
    [
        *(("30003", True), ("30008", True), ("20003", True)),
        *(("21211", False), ("21610", False), ("30036", False), ("99999", False), ("", False)),
    ],
)
def test_another_try_may_help_unless_the_number_or_the_person_will_not_have_it(
    code: str, may: bool
) -> None:
    assert SmsChannel().may_work_later(code) is may
