"""The addresses of the console. Every view but login and logout is for editors only, or for those who manage
receiving systems.
"""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from notify.console.login import Login
from notify.console.views import (
    correcting,
    deciding,
    drafts,
    fanout,
    home,
    messages,
    moves,
    publishing,
    story,
    systems,
)

app_name = "console"
urlpatterns = [
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", home.home, name="home"),
    path("alerts/new/", drafts.new, name="new"),
    path("alerts/<slug:code>/", story.alert, name="alert"),
    path("alerts/<slug:code>/edit/", drafts.edit, name="edit"),
    path("alerts/<slug:code>/discard/", drafts.discard, name="discard"),
    path("alerts/<slug:code>/publish/", publishing.publish, name="publish"),
    path("alerts/<slug:code>/unschedule/", publishing.unschedule, name="unschedule"),
    path("alerts/<slug:code>/update/", moves.update, name="update"),
    path("alerts/<slug:code>/resolve/", moves.resolve, name="resolve"),
    path("alerts/<slug:code>/cancel/", moves.cancel, name="cancel"),
    path("alerts/<slug:code>/correct/", correcting.correct, name="correct"),
    path("alerts/<slug:code>/messages/<int:pk>/seen/", messages.seen, name="message-seen"),
    path("alerts/<slug:code>/updates/<int:number>/", fanout.fanout, name="fanout"),
    path("alerts/<slug:code>/updates/<int:number>/now/", fanout.now, name="fanout-now"),
    path("alerts/<slug:code>/updates/<int:number>/stop/", deciding.stop, name="fanout-stop"),
    path("alerts/<slug:code>/updates/<int:number>/retry/", deciding.retry, name="fanout-retry"),
    path("systems/", systems.systems, name="systems"),
    path("systems/new/", systems.new, name="system-new"),
    path("systems/<int:key>/", systems.system, name="system"),
    path("systems/<int:key>/edit/", systems.edit, name="system-edit"),
    path("systems/<int:key>/test/", systems.test, name="system-test"),
    path("systems/<int:key>/secret/", systems.rotate, name="system-rotate"),
    path("systems/<int:key>/switch/", systems.switch, name="system-switch"),
    path("systems/<int:key>/again/<int:delivery>/", systems.repeat, name="system-repeat"),
]
