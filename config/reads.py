"""The readers' way in: what is the same for everybody is answered before any page's middleware.

Sessions, languages, policies and redirects cost more than the answer itself, and the headers that
they add are kept with it. Whatever cannot be kept goes on as ever.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from notify.channels.kept.address import Address
from notify.channels.kept.reading import document

Answer = Callable[[HttpRequest], HttpResponseBase]


def straight_to_kept(get_response: Answer) -> Answer:
    """Answer from what is kept; render it first where nobody has since the newest change."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        address = Address.of(request)
        kept = document(address, get_response) if address else None
        return kept.answer(request) if kept else get_response(request)

    return middleware
