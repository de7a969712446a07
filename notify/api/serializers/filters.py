"""The query of a list of alerts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from notify.alerts.models import Area, Service
from notify.alerts.selectors import areas_at
from notify.alerts.vocabulary import Severity, State
from notify.api.serializers.fields import QueryInstantField, QuerySerializer, WordsField

LONGEST_PAGE = 100
_LAT = r"-?(?:90(?:\.0{1,12})?|[1-8]?[0-9](?:\.[0-9]{1,12})?)"
_LON = r"-?(?:180(?:\.0{1,12})?|(?:1[0-7][0-9]|[1-9]?[0-9])(?:\.[0-9]{1,12})?)"
POINT = rf"^{_LAT}, ?{_LON}\Z"
"""Latitude before longitude, as people and maps write a place; GeoJSON has it the other way."""


class AlertFilters(QuerySerializer):
    """Which alerts are wanted. Filters of one kind widen each other, of different kinds narrow."""

    area = serializers.SlugField(
        required=False,
        max_length=32,
        help_text="An area's code: alerts in it, in a part of it, or in what it is part of.",
    )
    point = serializers.RegexField(
        POINT,
        required=False,
        error_messages={"invalid": gettext_lazy("Give degrees as lat,lon: 57.7210,12.9401.")},
        help_text="A place as `lat,lon` in WGS 84 degrees: alerts in the areas whose outline holds it, "
        "and in what these are part of. A place that lies in no area is refused.",
    )
    service = serializers.SlugField(
        required=False, max_length=32, help_text="A service's short name."
    )
    severity = WordsField(
        choices=Severity.choices, required=False, help_text="Repeat it for several."
    )
    state = WordsField(
        choices=State.choices,
        required=False,
        help_text="Repeat it for several. Drafts only with a key that has the scope `read`.",
    )
    current = serializers.BooleanField(
        required=False, help_text="true: only what is disrupted now."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=LONGEST_PAGE, help_text="20 unless it is said."
    )
    cursor = serializers.CharField(
        required=False, max_length=400, help_text="From `next` or `previous`; opaque."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Those above, and two whose names are Python's own."""
        begin = QueryInstantField(
            source="begin",
            required=False,
            help_text="What stood at this time or later: not over by then.",
        )
        end = QueryInstantField(
            source="end",
            required=False,
            help_text="What stood at this time or earlier: begun by then. With `from`, what stood "
            "at some moment between the two, both included.",
        )
        return super().get_fields() | {"from": begin, "to": end}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a time that ends before it begins: it would find nothing, whatever stood."""
        if "begin" in attrs and "end" in attrs and attrs["end"] < attrs["begin"]:
            raise serializers.ValidationError({"to": [_("This lies before “from”.")]})
        return attrs

    def validate_area(self, code: str) -> Area:
        """The area of that code, in use or not."""
        found = Area.objects.filter(code=code).defer("outline").first()
        if found is None:
            raise serializers.ValidationError(_("There is no area “%(code)s”.") % {"code": code})
        return found

    def validate_point(self, written: str) -> list[Area]:
        """The areas that hold the point.

        None is no empty answer: it would say that all is well at a place that nobody here knows of.
        """
        lat, lon = (float(degrees) for degrees in written.split(","))
        areas = areas_at(lon, lat)
        if not areas:
            raise serializers.ValidationError(_("None of our areas holds this place."))
        return areas

    def validate_service(self, slug: str) -> Service:
        """The service of that short name."""
        found = Service.objects.filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError(_("There is no service “%(slug)s”.") % {"slug": slug})
        return found
