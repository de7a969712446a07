"""Areas and services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from notify.alerts.vocabulary import Category


class AreaSerializer(serializers.Serializer[Any]):
    """A place that alerts concern: a municipality, or a locality in it."""

    code = serializers.CharField(help_text="Its name in addresses; it never changes.")
    name = serializers.CharField(help_text="What it is called.")
    kind = serializers.CharField(help_text="`municipality`, `locality`, or the city's own words.")
    parent = serializers.CharField(  # type: ignore[assignment]  # Field's own is set on binding
        source="parent.code", default=None, allow_null=True, help_text="What it is part of."
    )
    population = serializers.IntegerField(allow_null=True, help_text="Null if it is not known.")
    lon = serializers.FloatField(allow_null=True, help_text="WGS 84 degrees.")
    lat = serializers.FloatField(allow_null=True, help_text="WGS 84 degrees.")
    active = serializers.BooleanField(help_text="Whether new alerts can name it.")


class AreaDetailSerializer(AreaSerializer):
    """A place with its outline."""

    outline = serializers.DictField(
        allow_null=True, help_text="A GeoJSON geometry (RFC 7946), lon before lat."
    )


class ServiceSerializer(serializers.Serializer[Any]):
    """What can be disrupted."""

    slug = serializers.CharField(help_text="Its short name.")
    names = serializers.DictField(child=serializers.CharField(), help_text="By language.")
    category = serializers.ChoiceField(Category.choices, help_text="CAP's category.")
