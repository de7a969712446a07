"""What every channel promises, as tests that each channel's own test class inherits.

    class TestPigeons(ChannelContract):
        @pytest.fixture
        def channel(self) -> PigeonChannel: …

Give it a ``channel``; override ``told``, ``recipients`` and the rest where the channel needs others.
A channel that can refuse an address also inherits ``RefusingContract``, one that carries words to
one person ``TextContract``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from notify.channels.base import (
    AddressedBy,
    Channel,
    Outcome,
    Receipt,
    Recipient,
    Text,
    TextChannel,
)
from notify.channels.notice import Notice, Words
from notify.channels.permit import Permit
from tests.channels.notices import (
    FRISTAD,
    WORDS,
    ÄSPERED,
    all_clear_of,
    cancel_of,
    notice,
    update_of,
)

TAKEN = {Outcome.ACCEPTED, Outcome.DELIVERED}
# Numbers that the Swedish regulator (PTS) keeps free for fiction.
PHONES = [f"+4670174060{last}" for last in range(5, 10)]


def references(receipts: Sequence[Receipt]) -> list[str]:
    """The references, in an order that does not depend on who answered first."""
    return sorted(receipt.reference for receipt in receipts)


def carried(channel: Channel, told: Notice, recipients: Iterable[Recipient]) -> list[Receipt]:
    """The receipts, without the pauses between them."""
    return [one for one in channel.send(told, recipients) if one is not None]


class ChannelContract:
    """One receipt for each recipient, whatever happens; and honest previews."""

    @pytest.fixture
    def channel(self) -> Channel:
        raise NotImplementedError("Say which channel is tested.")

    @pytest.fixture
    def told(self) -> Notice:
        """What is sent."""
        return notice(places=(ÄSPERED, FRISTAD))

    @pytest.fixture
    def recipients(self, channel: Channel) -> list[Recipient]:
        """Whom it is sent to: several, in both languages."""
        if channel.addressed_by is AddressedBy.AREA:
            return [Recipient(place.code, f"d{place.code}", "sv") for place in (ÄSPERED, FRISTAD)]
        return [
            Recipient(phone, f"d{number}", ("sv", "en")[number % 2])
            for number, phone in enumerate(PHONES)
        ]

    def test_it_has_a_name_that_fits_the_ledger(self, channel: Channel) -> None:
        assert 0 < len(channel.name) <= 16
        assert channel.handful > 0

    def test_each_recipient_gets_one_receipt(
        self, channel: Channel, told: Notice, recipients: list[Recipient]
    ) -> None:
        receipts = carried(channel, told, recipients)
        assert references(receipts) == sorted(one.reference for one in recipients)
        assert {receipt.outcome for receipt in receipts} <= TAKEN
        assert all(receipt.provider and not receipt.error for receipt in receipts)

    def test_nobody_to_tell_is_no_receipt(self, channel: Channel, told: Notice) -> None:
        assert carried(channel, told, []) == []
        assert list(channel.look_up(told, [])) == []

    def test_every_kind_of_news_is_carried(
        self, channel: Channel, told: Notice, recipients: list[Recipient]
    ) -> None:
        for news in (told, update_of(told), all_clear_of(told), cancel_of(told)):
            receipts = carried(channel, news, recipients)
            assert references(receipts) == sorted(one.reference for one in recipients)
            assert {receipt.outcome for receipt in receipts} <= TAKEN

    def test_who_reads_a_language_that_it_lacks_is_told_all_the_same(
        self, channel: Channel, recipients: list[Recipient]
    ) -> None:
        swedish = notice(places=(ÄSPERED, FRISTAD), words={"sv": WORDS["sv"]})
        english = [Recipient(one.address, one.reference, "en") for one in recipients]
        assert {receipt.outcome for receipt in carried(channel, swedish, english)} <= TAKEN

    def test_the_notice_stays_as_it_was(
        self, channel: Channel, told: Notice, recipients: list[Recipient]
    ) -> None:
        before = copy.deepcopy(told)
        carried(channel, told, recipients)
        list(channel.look_up(told, recipients))
        channel.problems(told)
        channel.preview(told, "sv")
        assert told == before

    def test_a_look_up_answers_for_each(
        self, channel: Channel, told: Notice, recipients: list[Recipient]
    ) -> None:
        carried(channel, told, recipients)
        receipts = list(channel.look_up(told, recipients))
        assert references(receipts) == sorted(one.reference for one in recipients)
        assert Outcome.FAILED_FOR_NOW not in {receipt.outcome for receipt in receipts}

    def test_a_notice_that_is_fine_has_no_problems(self, channel: Channel, told: Notice) -> None:
        assert channel.problems(told) == []

    def test_problems_are_sentences(self, channel: Channel) -> None:
        endless = Words("Vattenavbrott i Äspered", "Vattnet är borta. " * 500)
        for problem in channel.problems(notice(words={"sv": endless, "en": endless})):
            assert problem == problem.strip()
            assert " " in problem
            assert problem[0].isupper()

    @pytest.mark.parametrize("language", ["sv", "en"])
    def test_the_preview_shows_the_words_in_each_language(
        self, channel: Channel, told: Notice, language: str
    ) -> None:
        with override(language):
            preview = channel.preview(told, language)
            page = render_to_string(preview.template, {"preview": preview.context})
        assert (preview.channel, preview.language) == (channel.name, language)
        assert told.words[language].headline in page
        assert "style=" not in page
        assert "<script" not in page

    def test_the_preview_escapes_the_words(self, channel: Channel) -> None:
        nasty = notice(words={"sv": Words("<b>Vatten</b>", "<script>1</script>", "<i>")})
        preview = channel.preview(nasty, "sv")
        page = render_to_string(preview.template, {"preview": preview.context})
        assert "<b>Vatten" not in page
        assert "<script>1" not in page

    def test_what_costs_has_a_currency(self, channel: Channel, told: Notice) -> None:
        preview = channel.preview(told, "sv")
        assert preview.units >= 0
        assert (preview.price is None) == (preview.currency == "")

    def test_a_reason_is_never_empty(self, channel: Channel) -> None:
        assert channel.reason("12345")


class RefusingContract:
    """For channels that can refuse an address: one bad address harms no other."""

    @pytest.fixture
    def bad_address(self) -> str:
        raise NotImplementedError("Say which address the channel refuses for good.")

    def test_a_bad_recipient_fails_alone(
        self, channel: Channel, told: Notice, recipients: list[Recipient], bad_address: str
    ) -> None:
        bad = Recipient(bad_address, "d0bad", "sv")
        receipts = {
            receipt.reference: receipt
            for receipt in carried(channel, told, [recipients[0], bad, *recipients[1:]])
        }
        refused = receipts.pop("d0bad")
        assert refused.outcome is Outcome.FAILED
        assert 0 < len(refused.error) <= 32
        assert channel.reason(refused.error) != ""
        assert sorted(receipts) == sorted(one.reference for one in recipients)
        assert {receipt.outcome for receipt in receipts.values()} <= TAKEN


class TextContract(ChannelContract):
    """For channels that also carry words to one person, who would mind to read them twice."""

    @pytest.fixture
    def channel(self) -> TextChannel:
        raise NotImplementedError("Say which channel is tested.")

    @pytest.fixture
    def texts(self) -> list[Text]:
        return [
            Text(phone, f"m{number}", f"{number}12345 är din kod.", valid_for=600)
            for number, phone in enumerate(PHONES)
        ]

    def test_each_text_gets_one_receipt(self, channel: TextChannel, texts: list[Text]) -> None:
        receipts = list(channel.send_texts(texts))
        assert references(receipts) == [text.reference for text in texts]
        assert {receipt.outcome for receipt in receipts} <= TAKEN

    def test_what_may_leave_no_longer_stays_here(
        self, channel: TextChannel, told: Notice, recipients: list[Recipient], texts: list[Text]
    ) -> None:
        over = Permit()
        late = [replace(one, permit=over) for one in recipients]
        late_texts = [replace(one, permit=over) for one in texts]
        kept = [*carried(channel, told, late), *channel.send_texts(late_texts)]
        assert {one.outcome for one in kept} == {Outcome.FAILED_FOR_NOW}
        assert len(kept) == len(recipients) + len(texts)
        asked = [*channel.look_up(told, recipients), *channel.look_up_texts(texts)]
        assert {one.outcome for one in asked} == {Outcome.ABSENT}

    def test_a_text_that_was_sent_is_found(self, channel: TextChannel, texts: list[Text]) -> None:
        list(channel.send_texts(texts[:3]))
        found = {receipt.reference: receipt.outcome for receipt in channel.look_up_texts(texts)}
        assert {found[text.reference] for text in texts[:3]} <= TAKEN
        assert {found[text.reference] for text in texts[3:]} == {Outcome.ABSENT}

    def test_a_notice_that_was_sent_is_found_and_no_other(
        self, channel: TextChannel, told: Notice, recipients: list[Recipient]
    ) -> None:
        carried(channel, told, recipients[:3])
        found = {one.reference: one.outcome for one in channel.look_up(told, recipients)}
        assert {found[one.reference] for one in recipients[:3]} <= TAKEN
        assert {found[one.reference] for one in recipients[3:]} == {Outcome.ABSENT}
