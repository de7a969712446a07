"""What the provider tells us: the status of what we sent, and what people write back.

Each webhook checks the signature, then reads the form, then announces by signal; it knows no
tables. Nothing here logs a number or words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notify.channels import signals
from notify.channels.base import Outcome, Receipt
from notify.channels.sms import errors, twilio
from notify.channels.sms.statuses import outcome_of

LARGEST_FORM = 32_768
"""Bytes. The provider's forms hold at most 1,600 characters of text and some twenty short fields."""
FORM = "application/x-www-form-urlencoded"
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
Webhook = Callable[[HttpRequest, QueryDict], HttpResponse]


class _Refused(Exception):
    """The request is not answered; holds the status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def signed_form(webhook: Webhook) -> Callable[[HttpRequest], HttpResponse]:
    """Let in only forms that Twilio signed for this very address; hand them over parsed.

    The address is the public one, since a proxy in front changes what we see of it.
    """

    @csrf_exempt
    @require_POST
    @wraps(webhook)
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return webhook(request, _signed(request))
        except _Refused as refused:
            return HttpResponse(
                f"{refused}\n", status=refused.status, content_type="text/plain; charset=utf-8"
            )

    return view


@signed_form
def status(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """A status callback: announces what became of the message that ``ref`` names.

    Comes more than once and in any order; whoever listens must rank what it hears.
    """
    reference = request.GET.get("ref", "")
    sid, word = form.get("MessageSid", ""), form.get("MessageStatus", "")
    if not reference or len(reference) > 64 or not _SID.fullmatch(sid) or not word:
        raise _Refused(400, _("The status needs ref, MessageSid and MessageStatus."))
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


@signed_form
def inbound(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """Words from a person: announces them. The answer to the provider is that there is none here."""
    sid, phone = form.get("MessageSid", ""), form.get("From", "")
    body = _CONTROLS.sub("", form.get("Body", ""))
    if not _SID.fullmatch(sid) or not phone:
        raise _Refused(400, _("The message needs MessageSid and From."))
    if _PHONE.fullmatch(phone):
        answered = bool(form.get("OptOutType")) or body.strip().upper() in STOPS | STARTS
        signals.text_received.send(
            sender=None, address=phone, body=body, provider_id=sid, answered=answered
        )
    else:
        log.info("Ignored a message from a sender that is no phone number")
    return HttpResponse(NO_REPLY, content_type="text/xml; charset=utf-8")


def _signed(request: HttpRequest) -> QueryDict:
    signature = request.headers.get("X-Twilio-Signature")
    if not signature:
        raise _Refused(403, _("The signature is missing."))
    form = _form(request)
    if not twilio.signed(settings.PUBLIC_URL + request.get_full_path(), form, signature):
        raise _Refused(403, _("The signature is wrong."))
    return form


def _form(request: HttpRequest) -> QueryDict:
    if request.content_type != FORM:
        raise _Refused(400, _("Send the fields as a form."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise _Refused(413, _("The form is too large."))
    try:
        return request.POST
    except RequestDataTooBig:
        raise _Refused(413, _("The form is too large.")) from None
    except (SuspiciousOperation, MultiPartParserError, ValueError):
        raise _Refused(400, _("The form cannot be read.")) from None
