"""The addresses of banners."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "banners"
urlpatterns: list[URLPattern] = []
