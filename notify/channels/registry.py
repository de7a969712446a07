"""The channels that are switched on (``settings.NOTIFY_CHANNELS``), one instance per process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from notify.channels.base import Channel, TextChannel


class KnownPlace(Protocol):
    """An area, as far as channels need to know it."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def path(self) -> str:
        """The codes from the root down to it."""


class Directory(Protocol):
    """Who knows which areas and services exist (``settings.NOTIFY_DIRECTORY``)."""

    def area(self, code: str) -> KnownPlace | None:
        """The area of that code, or None."""

    def areas(self, codes: Iterable[str]) -> Mapping[str, KnownPlace]:
        """Those of the codes that are areas, by code; one look however many."""

    def related(self, paths: Iterable[str]) -> list[str]:
        """The codes of the areas that lie in one of the paths, or that one of them lies in; one look."""

    def outlines(self, codes: Iterable[str]) -> Mapping[str, dict[str, Any]]:
        """Where those areas are, by code, as far as it is known; one look however many.

        Each is a GeoJSON Polygon or MultiPolygon (RFC 7946).
        """

    def service(self, slug: str) -> dict[str, str] | None:
        """The names of that service by language, or None."""

    def services(self, slugs: Iterable[str]) -> Mapping[str, dict[str, str]]:
        """Those of the slugs that are services, each with its names by language; one look."""


@lru_cache(maxsize=1)
def channels() -> dict[str, Channel]:
    """Every channel by name, in the order of the settings."""
    made: list[Channel] = [import_string(path)() for path in settings.NOTIFY_CHANNELS]
    return {channel.name: channel for channel in made}


def text_channel() -> TextChannel | None:
    """The channel that carries words to one person, or None if none is switched on."""
    return next((one for one in channels().values() if isinstance(one, TextChannel)), None)


@lru_cache(maxsize=1)
def directory() -> Directory:
    """The directory of areas and services."""
    return cast(Directory, import_string(settings.NOTIFY_DIRECTORY)())


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting.startswith(("NOTIFY_", "TWILIO_", "ELKS_", "SMS_", "WEBHOOKS_")):
        channels.cache_clear()
        directory.cache_clear()


setting_changed.connect(_forget)
