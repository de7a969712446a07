"""The addresses of banners, under a version that stays: host pages have them for years."""

from __future__ import annotations

from django.urls import URLPattern, path

from notify.channels.banners import scriptless, views

app_name = "banners"
urlpatterns: list[URLPattern] = [
    path("banner.json", views.banner, name="document"),
    path("banner.js", views.embed_script, name="script"),
    path("banner.<slug:digest>.js", views.pinned_script, name="pinned"),
    path("banner.svg", scriptless.image, name="image"),
    path("frame/", scriptless.frame, name="frame"),
]
