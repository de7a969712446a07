"""What 46elks tells us: the status of what we sent.

It signs nothing. Each callback's address holds a key that only 46elks was told, and that is good for
one message; where its callbacks may come from can be narrowed down by a setting on top.
Source: https://46elks.com/docs/sms-delivery-reports
"""

from __future__ import annotations

import re
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.utils.translation import gettext_lazy as _

from config.clients import client_address
from notify.channels import signals
from notify.channels.base import Outcome, Receipt
from notify.channels.sms import elks, errors
from notify.channels.sms.entrance import Refused, form_of, reference_of, webhook
from notify.channels.sms.statuses import outcome_of

_ID = re.compile(r"[a-z][0-9a-f]{1,63}")


def _with_the_key(request: HttpRequest) -> QueryDict:
    """The form, if the address holds the key of its message and the sender is one of theirs."""
    if not _from_their_network(request):
        raise Refused(403, _("The address that this comes from is not one of the provider's."))
    if not elks.genuine(reference_of(request), request.GET.get("key", "")):
        raise Refused(403, _("The key is missing or wrong."))
    return form_of(request)


@webhook(_with_the_key)
def status(request: HttpRequest, form: QueryDict) -> HttpResponse:
    """A status callback: announces what became of the message that ``ref`` names.

    Comes more than once and in any order; whoever listens must rank what it hears.
    """
    reference = reference_of(request)
    name, word = form.get("id", ""), form.get("status", "")
    if not reference or not _ID.fullmatch(name) or not word:
        raise Refused(400, _("The status needs ref, id and status."))
    outcome = outcome_of(word)
    receipt = Receipt(
        reference,
        outcome,
        provider=elks.NAME,
        provider_id=name,
        error=errors.ELKS_FAILED if outcome is Outcome.FAILED else "",
    )
    signals.status_reported.send(sender=None, reference=reference, receipt=receipt)
    return HttpResponse(status=204)


def _from_their_network(request: HttpRequest) -> bool:
    if not settings.ELKS_CALLBACK_ADDRESSES:
        return True
    try:
        client = ip_network(client_address(request), strict=False)
    except ValueError:
        return False
    theirs = (ip_network(one, strict=False) for one in settings.ELKS_CALLBACK_ADDRESSES)
    return any(one.version == client.version and one.supernet_of(client) for one in theirs)  # type: ignore[arg-type]  # versions agree
