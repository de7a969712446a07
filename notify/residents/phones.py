"""Phone numbers as people write them, made E.164 or refused with a sentence."""

from __future__ import annotations

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
)

HOME_REGION = "SE"
REACHABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse_phone(written: str) -> str:
    """The E.164 form of a mobile number that we may write to, as somebody wrote it.

    Raises ValidationError with a sentence that says what to write instead.
    """
    number = _parsed(written)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not e164.startswith(tuple(settings.PHONE_PREFIXES)):
        raise ValidationError(
            _("We can only send to numbers that begin with %(prefixes)s.")
            % {"prefixes": ", ".join(settings.PHONE_PREFIXES)}
        )
    if phonenumbers.number_type(number) not in REACHABLE:
        raise ValidationError(
            _("That is not a mobile number, so it cannot receive SMS. Write a mobile number.")
        )
    return e164


def any_phone(written: str) -> str:
    """The E.164 form of any number that exists, one that we may no longer write to included.

    Raises ValidationError with a sentence that says what to write instead.
    """
    return phonenumbers.format_number(_parsed(written), PhoneNumberFormat.E164)


def _parsed(written: str) -> PhoneNumber:
    """Spaces, dashes and brackets are fine, letters are not."""
    if any(character.isalpha() for character in written):
        raise ValidationError(_("A phone number has no letters. Write it like 070-123 45 67."))
    try:
        number = phonenumbers.parse(written, HOME_REGION)
    except NumberParseException:
        raise ValidationError(
            _("That is not a phone number. Write it like 070-123 45 67.")
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("There is no such phone number. Check the digits: a mobile number has ten, 07…")
        )
    return number


def masked(e164: str) -> str:
    """A number fit to be shown back: its country and its last two digits, "+46 ••• •• 67".

    Its spaces do not break, so that it stays one word in a sentence.
    """
    country = phonenumbers.parse(e164).country_code
    return f"+{country} ••• •• {e164[-2:]}".replace(" ", "\N{NO-BREAK SPACE}")


def spaced(e164: str) -> str:
    """The whole number as people read it out, "+46 70 174 06 05"."""
    number = phonenumbers.parse(e164)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def holds_a_number(text: str) -> bool:
    """Whether somebody could be rung by what the text says; a date or a case's number is none."""
    return PhoneNumberMatcher(text, HOME_REGION).has_next()
