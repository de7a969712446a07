"""What Twilio tells us: the status of what we sent, and what people write back.

Each webhook checks the signature, then reads the form, then announces by signal; it knows no
tables. Nothing here logs a number or words.
"""

from __future__ import annotations

import logging
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.utils.translation import gettext_lazy as _

from notify.channels import signals
from notify.channels.base import Outcome, Receipt
from notify.channels.sms import errors, twilio
from notify.channels.sms.entrance import Refused, form_of, reference_of, webhook
from notify.channels.sms.statuses import outcome_of

NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Whole messages on which Twilio itself stops us and answers the person, in any case.
# https://help.twilio.com/articles/223134027
STOPS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
# Likewise those with which Twilio lets us write again.
STARTS = frozenset({"START", "YES", "UNSTOP"})

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_CODE = re.compile(r"\d{1,6}")
# What no phone writes and PostgreSQL does not store (U+0000), or what no page can show.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

log = logging.getLogger(__name__)


def _signed(request: HttpRequest) -> QueryDict:
    """The form, if Twilio signed it for this very address.

    The address is the public one, since a proxy in front changes what we see of it.
    """
    signature = request.META.get("HTTP_X_TWILIO_SIGNATURE")
    if not signature:
        raise Refused(403, _("The signature is missing."))
    form = form_of(request)
    if not twilio.signed(settings.PUBLIC_URL + request.get_full_path(), form, signature):
        raise Refused(403, _("The signature is wrong."))
    return form


@webhook(_signed)
def status(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """A status callback: announces what became of the message that ``ref`` names.

    Comes more than once and in any order; whoever listens must rank what it hears.
    """
    reference = reference_of(request)
    sid, word = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not reference or not _SID.fullmatch(sid) or not word:
        raise Refused(400, _("The status needs ref, MessageSid and MessageStatus."))
    outcome = outcome_of(word)
    code = form.get("ErrorCode", "")
    error = code if outcome is Outcome.FAILED and _CODE.fullmatch(code) else ""
    receipt = Receipt(
        reference,
        outcome,
        provider=twilio.NAME,
        provider_id=sid,
        error=error,
        opted_out=errors.meaning(error) is errors.Meaning.OPTED_OUT,
    )
    signals.status_reported.send(sender=None, reference=reference, receipt=receipt)
    return HttpResponse(status=204)


@webhook(_signed)
def inbound(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """Words from a person: announces them. The answer to the provider is that there is none here."""
    sid, phone = form.get("MessageSid", ""), form.get("From", "")
    body = _CONTROLS.sub("", form.get("Body", ""))
    if not _SID.fullmatch(sid) or not phone:
        raise Refused(400, _("The message needs MessageSid and From."))
    if _PHONE.fullmatch(phone):
        answered = bool(form.get("OptOutType")) or body.strip().upper() in STOPS | STARTS
        signals.text_received.send(
            sender=None, address=phone, body=body, provider_id=sid, answered=answered
        )
    else:
        log.info("Ignored a message from a sender that is no phone number")
    return HttpResponse(NO_REPLY, content_type="text/xml; charset=utf-8")
