"""The addresses of the residents' pages."""

from __future__ import annotations

from django.urls import path

from notify.portal.views import (
    about,
    accessibility,
    alerts,
    embed,
    held,
    manage,
    outlines,
    sms,
    subscribe,
)

app_name = "portal"
urlpatterns = [
    path("", alerts.home, name="home"),
    path("a/<slug:code>/", alerts.alert, name="alert"),
    path("a/<slug:code>/qr.svg", alerts.code_of, name="qr"),
    # Where an SMS leads, so every character is paid for.
    path("<slug:code>.<int:number>", sms.said, name="sms"),
    path("subscribe/", subscribe.ask, name="subscribe"),
    path("subscribe/<uuid:key>/", subscribe.code, name="code"),
    path("subscribe/<uuid:key>/message/", subscribe.message, name="message"),
    path("subscribe/<uuid:key>/renew/", subscribe.renew, name="renew"),
    path("subscribe/<uuid:key>/done/", subscribe.done, name="done"),
    path("manage/", manage.home, name="manage"),
    path("manage/places/", manage.add, name="add_places"),
    path("manage/places/<slug:code>/", manage.place, name="place"),
    path("manage/places/<slug:code>/end/", manage.end_one, name="end_place"),
    path("manage/end/", manage.end_all, name="end_all"),
    path("manage/undo/", manage.undo, name="undo"),
    path("manage/language/", manage.language, name="my_language"),
    path("manage/nights/", manage.nights, name="nights"),
    path("manage/pause/", manage.pause, name="pause"),
    path("manage/resume/", manage.resume, name="resume"),
    path("manage/number/", manage.number, name="number"),
    path("manage/held/", held.held, name="held"),
    path("manage/held/download/", held.download, name="download"),
    path("manage/held/erase/", held.erase_all, name="erase"),
    path("manage/close/", manage.close, name="close"),
    path("about/", about.about, name="about"),
    path("about/banner/", embed.embed, name="embed"),
    path("accessibility/", accessibility.accessibility, name="accessibility"),
    path("places.geojson", outlines.outlines, name="outlines"),
]
