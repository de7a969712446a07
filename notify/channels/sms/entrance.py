"""Where providers come in: who is not let in, and what cannot be read, gets a sentence and no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

LARGEST_FORM = 32_768
"""Bytes. The providers' forms hold at most 1,600 characters of text and some twenty short fields."""
LONGEST_REFERENCE = 64
FORM = "application/x-www-form-urlencoded"

Read = Callable[[HttpRequest], QueryDict]
Webhook = Callable[[HttpRequest, QueryDict], HttpResponse]


class Refused(Exception):
    """The request is not answered; holds the status and a sentence."""

    def __init__(self, status: int, sentence: Promise) -> None:
        super().__init__(sentence)
        self.status = status


def webhook(read: Read) -> Callable[[Webhook], Callable[[HttpRequest], HttpResponse]]:
    """Let in only forms that ``read`` hands over; it raises Refused for those of strangers."""

    def decorated(answer: Webhook) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @require_POST
        @wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            try:
                answered = answer(request, read(request))
            except Refused as refused:
                answered = _told(request, refused)
            answered.headers["Content-Length"] = str(len(answered.content))
            return answered

        return view

    return decorated


def _told(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The sentence in the asker's language: nobody has looked for it on the way to a webhook."""
    language = get_language_from_request(request)
    with override(language):
        sentence = f"{refused}\n"
    return HttpResponse(
        sentence,
        status=refused.status,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Language": language},
    )


def reference_of(request: HttpRequest) -> str:
    """Our reference in the address, "" if there is none that can be ours."""
    reference = request.GET.get("ref", "")
    return reference if len(reference) <= LONGEST_REFERENCE else ""


def form_of(request: HttpRequest) -> QueryDict:
    """The posted form. Raises Refused."""
    if request.content_type != FORM:
        raise Refused(400, _("Send the fields as a form."))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise Refused(413, _("The form is too large."))
    try:
        return request.POST
    except RequestDataTooBig:
        raise Refused(413, _("The form is too large.")) from None
    except (SuspiciousOperation, MultiPartParserError, ValueError):
        raise Refused(400, _("The form cannot be read.")) from None
