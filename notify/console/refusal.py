"""The page that says no, why, and where to go instead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notify.alerts.models import Alert
from notify.console.forms.words import WordsForm


def refused(
    request: HttpRequest,
    sentence: str,
    *,
    status: int,
    alert: Alert | None = None,
    written: WordsForm | None = None,
) -> HttpResponse:
    """A page with the sentence; ``written`` is shown, so that nothing somebody typed is lost."""
    context = {"sentence": sentence, "alert": alert, "written": written}
    return render(request, "console/refused.html", context, status=status)
