"""What other systems say about an alert, and an editor decides about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notify.console.access import EditorRequest, editors_only
from notify.intake.models import Message
from notify.intake.seen import set_aside


@editors_only
@require_POST
def seen(request: EditorRequest, code: str, pk: int) -> HttpResponse:
    """Set a message aside: it needs nothing."""
    message = get_object_or_404(Message.objects.filter(alert__code=code), pk=pk)
    set_aside(message, by=request.user)
    messages.success(request, _("The message is set aside. It stays in the alert’s story."))
    return redirect("console:alert", code)
