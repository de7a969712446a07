"""Coming back: number, code, and then everything that stands on the number, to change or end.

Only POST changes anything, so a link scanner ends nobody's subscription; and only within the minutes
of a session, so a phone that was lent or sold manages nothing later.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from notify.dispatch.leaving import end_place
from notify.portal import session
from notify.portal.codes import lets_wait, request_code
from notify.portal.forms import (
    LanguageForm,
    NewNumberForm,
    NightsForm,
    PauseForm,
    PhoneForm,
    PlacesForm,
    WantsForm,
)
from notify.portal.places import choosable_places, label
from notify.portal.views.subscribe import only_with_sms, shown
from notify.residents import managing
from notify.residents.limits import TooManyCodes
from notify.residents.managing import Standing
from notify.residents.models import Consent, SignUp, Subscriber
from notify.residents.moving import is_number_of
from notify.residents.services import Wish, end_subscriber

SAID = {
    "saved": _("Your choice is saved."),
    "paused": _("You are paused. It ends by itself."),
    "resumed": _("You get SMS again."),
    "moved": _("From now on we write to the new number."),
    "ended": _("That area is ended."),
    "gone": _("That area is not among yours any more, so nothing was changed."),
    "left": _("Everything is ended. You get no more SMS from us."),
    "erased": _("Everything that we held on your number is erased. You get no more SMS from us."),
    "back": _("Everything is as it was before you ended it."),
    "closed": _("You have closed the page. To change something, ask for a new code."),
    "over": _("The time was up, so nothing was changed. Ask for a new code to go on."),
}
"""What is said on the page that comes next, by the word in its address."""

Managing = Callable[..., HttpResponse]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_with_sms
@lets_wait
def home(request: HttpRequest) -> HttpResponse:
    """Everything that stands on the number; for whoever has not typed a code, the way to one."""
    if request.method == "POST":
        return _ask_for_code(request)
    opened = session.entered(request)
    if opened is None:
        return _ask(request, PhoneForm(), HTTPStatus.OK)
    return _show(request, opened, HTTPStatus.OK)


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    wish = Wish([], [], (get_language() or "")[:2])
    try:
        key = request_code(request, form, wish, SignUp.Purpose.MANAGE)
    except TooManyCodes as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    return redirect("portal:code", key=key)


def _ask(request: HttpRequest, form: PhoneForm, status: HTTPStatus) -> HttpResponse:
    context = {"form": form, "said": _said(request)}
    return render(request, "portal/come_back.html", context, status=status)


def _show(
    request: HttpRequest, opened: SignUp, status: HTTPStatus, **forms: object
) -> HttpResponse:
    """forms: what was filled in wrong, instead of a fresh one; and again as ``form``."""
    subscriber = managing.subscriber_of(opened)
    context = {"session": opened, "phone": shown(opened), "said": _said(request)}
    if subscriber is None:
        context["undo"] = managing.ended_within(opened).exists()
        return render(request, "portal/nothing_stands.html", context)
    context |= {
        "places": _named(managing.places_of(subscriber)),
        "subscriber": subscriber,
        "pause_form": PauseForm(),
        "nights_form": NightsForm(initial={"nights": subscriber.nights}),
        "quiet_hours": settings.QUIET_HOURS,
        "language_form": LanguageForm(initial={"language": subscriber.language}),
        **forms,
    }
    return render(request, "portal/manage.html", context, status=status)


def _said(request: HttpRequest) -> object:
    return SAID.get(request.GET.get("said", "")) if request.method != "POST" else None


def _named(standing: list[Standing]) -> list[tuple[str, Standing]]:
    """Each with what its area is called in lists, one that is in use no more included."""
    labels = {place.area.code: place.label for place in choosable_places()}
    names = [labels.get(one.area.code, label(one.area.name, one.area.path)) for one in standing]
    return list(zip(names, standing, strict=True))


def _back(word: str) -> HttpResponse:
    """To the page with everything, which says what became of it."""
    return redirect(f"{reverse('portal:manage')}?{urlencode({'said': word})}")


# --- within the session -----------------------------------------------------------------------


def inside(view: Managing) -> Managing:
    """Only for whoever has typed a code and has time left; others are told that it is up.

    The view gets the session, and an answer that nobody keeps.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        opened = session.entered(request)
        return _back("over") if opened is None else view(request, opened, *args, **kwargs)

    return guarded


def subscribed(view: Managing) -> Managing:
    """As ``inside``, and only while something stands on the number; the view gets the subscriber."""

    @wraps(view)
    def guarded(
        request: HttpRequest, opened: SignUp, *args: object, **kwargs: object
    ) -> HttpResponse:
        subscriber = managing.subscriber_of(opened)
        if subscriber is None:
            return _back("left")
        return view(request, subscriber, *args, **kwargs)

    return inside(guarded)


@require_http_methods(["GET", "HEAD", "POST"])
@inside
def add(request: HttpRequest, opened: SignUp) -> HttpResponse:
    """More places, with what is wanted there; on a number that has none, the first."""
    form = PlacesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        managing.add_places(opened, form.wish())
        return _back("saved")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "portal/add_places.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@subscribed
def place(request: HttpRequest, subscriber: Subscriber, code: str) -> HttpResponse:
    """What is wanted at one place."""
    standing = managing.place_of(subscriber, code)
    if standing is None:
        return _back("gone")
    form = WantsForm(request.POST if request.method == "POST" else None, initial=_wanted(standing))
    if form.is_valid():
        services, serious_only = form.cleaned_data["services"], form.cleaned_data["serious_only"]
        stood = managing.change_place(subscriber, code, services, serious_only=serious_only)
        return _back("saved" if stood else "gone")
    [(name, _standing)] = _named([standing])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "name": name, "code": code}
    return render(request, "portal/place.html", context, status=status)


def _wanted(standing: Standing) -> dict[str, object]:
    """As the form begins; every service is what it begins with by itself."""
    chosen = [service.slug for service in standing.services]
    wanted: dict[str, object] = {"serious_only": standing.serious_only}
    return wanted | ({"services": chosen} if chosen else {})


@require_POST
@subscribed
def end_one(_request: HttpRequest, subscriber: Subscriber, code: str) -> HttpResponse:
    """Ends one place."""
    return _back("ended" if end_place(subscriber, code) else "left")


@require_http_methods(["GET", "HEAD", "POST"])
@subscribed
def end_all(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Asks whether to end everything, and ends it, as STOPP ALLT would."""
    if request.method != "POST":
        places = _named(managing.places_of(subscriber))
        return render(request, "portal/end_all.html", {"places": [name for name, _one in places]})
    end_subscriber(subscriber, source=Consent.Source.WEB)
    return _back("left")


@require_POST
@inside
def undo(_request: HttpRequest, opened: SignUp) -> HttpResponse:
    """Everything as it was before the last of it was ended."""
    managing.bring_back(opened)
    stands = managing.subscriber_of(opened) is not None
    return _back("back") if stands else redirect("portal:add_places")


@require_POST
@subscribed
def language(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """The language that we write in."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return _wrong(request, language_form=form)
    managing.change_language(subscriber, form.cleaned_data["language"])
    return _back("saved")


@require_POST
@subscribed
def nights(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """What waits for the morning."""
    form = NightsForm(request.POST)
    if not form.is_valid():
        return _wrong(request, nights_form=form)
    managing.change_nights(subscriber, form.cleaned_data["nights"])
    return _back("saved")


@require_POST
@subscribed
def pause(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Nothing new until a morning."""
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _wrong(request, pause_form=form)
    managing.pause(subscriber, form.morning())
    return _back("paused")


@require_POST
@subscribed
def resume(_request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """SMS again, from now on."""
    managing.resume(subscriber)
    return _back("resumed")


@require_http_methods(["GET", "HEAD", "POST"])
@subscribed
@lets_wait
def number(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Another number; nothing moves before the code that is sent there is typed in."""
    form = NewNumberForm(request.POST if request.method == "POST" else None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    if form.is_valid() and is_number_of(subscriber, form.cleaned_data["phone"]):
        form.add_error("phone", _("That is the number that you have. Write the new one."))
    if form.is_valid():
        wish = Wish([], [], (get_language() or "")[:2])
        try:
            key = request_code(request, form, wish, SignUp.Purpose.MOVE, subscriber)
        except TooManyCodes as refusal:
            form.add_error(None, str(refusal))
            status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            return redirect("portal:code", key=key)
    return render(request, "portal/number.html", {"form": form}, status=status)


def _wrong(request: HttpRequest, **forms: Form) -> HttpResponse:
    [form] = forms.values()
    opened = session.entered(request)
    if opened is None:
        return _back("over")
    return _show(request, opened, HTTPStatus.UNPROCESSABLE_ENTITY, form=form, **forms)


@never_cache
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Ends the session before its time, in every tab."""
    if opened := session.entered(request):
        managing.close_session(opened)
    return session.leave(_back("closed"))
