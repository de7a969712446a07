"""The addresses of the API. They all end with a slash; without it they lead there."""

from __future__ import annotations

from django.urls import path

from notify.api.views import alerts, cap, correct, entrance, moves, places
from notify.channels.kept.policy import keep

# What everybody asks for. Anything else is one caller's question, and counts against that caller's limit.
ASKED_BY_ALL = frozenset({"", "current=true"})
listed = keep("alerts", queries=ASKED_BY_ALL, by_language=True, json=True)

app_name = "api"
urlpatterns = [
    path("", entrance.Entrance.as_view(), name="entrance"),
    path("alerts/", listed(alerts.AlertList.as_view()), name="alerts"),
    path("alerts/<slug:code>/", alerts.AlertDetail.as_view(), name="alert"),
    path("alerts/<slug:code>/publish/", moves.Publish.as_view(), name="publish"),
    path("alerts/<slug:code>/unschedule/", alerts.Unschedule.as_view(), name="unschedule"),
    path("alerts/<slug:code>/update/", moves.PostUpdate.as_view(), name="update"),
    path("alerts/<slug:code>/resolve/", moves.Resolve.as_view(), name="resolve"),
    path("alerts/<slug:code>/cancel/", moves.Cancel.as_view(), name="cancel"),
    path("alerts/<slug:code>/correct/", correct.Correct.as_view(), name="correct"),
    path("alerts/<slug:code>/preview/", moves.MoveOutlook.as_view(), name="preview"),
    path(
        "alerts/<slug:code>/updates/<int:number>/progress/",
        moves.UpdateProgress.as_view(),
        name="progress",
    ),
    path("cap/", cap.TakeCap.as_view(), name="cap"),
    path("areas/", places.AreaList.as_view(), name="areas"),
    path("areas/<slug:code>/", places.AreaDetail.as_view(), name="area"),
    path("services/", places.ServiceList.as_view(), name="services"),
    path("schema/", entrance.SchemaView.as_view(), name="schema"),
    path("docs/", entrance.DocsView.as_view(), name="docs"),
    path("<path:rest>", entrance.Nowhere.as_view(), name="nowhere"),
]
