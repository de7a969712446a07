"""The usual way: a list view of the REST framework and Django's own syndication feed, over the same rows.

Each with the joins fetched ahead, and as many rows as ours has: what a good developer writes in an hour.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import HttpResponse
from django.urls import path
from django.utils.feedgenerator import Atom1Feed
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.serializers import ModelSerializer, SlugRelatedField

from notify.alerts.models import Alert, Area, Update
from notify.alerts.selectors import published_alerts

if TYPE_CHECKING:
    UpdateFeed = Feed[Update, Any]
else:
    # Django's own is no generic at run time.
    UpdateFeed = Feed

LIST, FEED = "/alerts/", "/all.atom"


class AlertSerializer(ModelSerializer[Alert]):
    """An alert by its columns, its service and areas by name."""

    service = SlugRelatedField[Any](slug_field="slug", read_only=True)
    areas = SlugRelatedField[Area](slug_field="name", many=True, read_only=True)

    class Meta:
        model = Alert
        fields = (
            "code", "state", "service", "areas", "severity", "urgency", "certainty", "onset",
            "expires", "words", "published_at", "ended_at", "version",
        )  # fmt: skip


class NewestFirst(CursorPagination):
    """Twenty to a page, as ours."""

    page_size = 20
    ordering = "-published_at"


class AlertList(ListAPIView[Alert]):
    """The published alerts."""

    serializer_class = AlertSerializer
    pagination_class = NewestFirst
    queryset = published_alerts()
    authentication_classes = ()
    permission_classes = ()


class Alerts(UpdateFeed):
    """The latest hundred updates."""

    feed_type = Atom1Feed
    title = "Driftinformation"
    link = "/"

    def items(self) -> Any:
        """Newest first, with their alerts."""
        return Update.objects.select_related("alert", "service").order_by("-sent")[:100]

    def item_title(self, item: Any) -> str:
        """The headline."""
        return str(item.words["sv"]["headline"])

    def item_description(self, item: Any) -> str:
        """What is said."""
        words = item.words["sv"]
        return f"<p>{words['description']}</p><p>{words.get('instruction', '')}</p>"

    def item_link(self, item: Any) -> str:
        """The alert's page."""
        return f"/a/{item.alert.code}/"

    def item_pubdate(self, item: Any) -> datetime:
        """When it was sent."""
        sent: datetime = item.sent
        return sent

    def item_updateddate(self, item: Any) -> datetime:
        """When it was sent: it never changes."""
        return self.item_pubdate(item)


def healthz(_request: object) -> HttpResponse:
    """That it serves."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz),
    path("alerts/", AlertList.as_view()),
    path("all.atom", Alerts()),
]
