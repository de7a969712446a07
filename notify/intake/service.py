"""Which of our services a message is about."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notify.alerts.models import Service
from notify.channels.feeds.wording import SERVICE_SCHEME
from notify.intake.document import Info
from notify.intake.faults import Fault, Refused, Remark


def service_of(info: Info, *, otherwise: str = "") -> tuple[Service, list[Remark]]:
    """The service, and a remark if it is a guess. otherwise: the short name of one for what says none.

    What says it, in this order: an ``eventCode`` or ``parameter`` of ours; an ``event`` that is a
    service's name, alone or after a colon; a category that only one service has. Raises Refused.
    """
    services = list(Service.objects.filter(active=True))
    for name, slug in info.codes:
        if name == SERVICE_SCHEME:
            return _named(slug, services), []
    if named := _by_event(info.event, services):
        return named, []
    alike = [service for service in services if service.category in info.categories]
    if len(alike) == 1:
        return alike[0], [
            Remark(gettext_lazy("The service is a guess: nothing but the category says it."))
        ]
    if otherwise:
        remark = Remark(
            gettext_lazy(
                "The message says nothing of a service: the one for such messages is chosen."
            )
        )
        return _named(otherwise, services), [remark]
    raise Refused(Fault("eventCode", _unsaid(services)))


def _named(slug: str, services: list[Service]) -> Service:
    for service in services:
        if service.slug == slug:
            return service
    raise Refused(Fault("eventCode", _("There is no service “%(slug)s”.") % {"slug": slug[:60]}))


def _by_event(event: str, services: list[Service]) -> Service | None:
    said = {part.strip().casefold() for part in (event, event.rpartition(":")[2])}
    for service in services:
        if said & {name.casefold() for name in service.names.values()}:
            return service
    return None


def _unsaid(services: list[Service]) -> str:
    known = ", ".join(service.slug for service in services)
    return _(
        "Nothing says which service it is about. Give it as eventCode or parameter, with the valueName "
        "%(name)s and one of these values: %(known)s."
    ) % {"name": SERVICE_SCHEME, "known": known}
