"""The query of a list of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from notify.alerts.models import Area, Service
from notify.alerts.vocabulary import Severity, State
from notify.api.serializers.fields import StrictSerializer, WordsField

LONGEST_PAGE = 100


class AlertFilters(StrictSerializer):
    """Which alerts are wanted. Filters of one kind widen each other, of different kinds narrow."""

    tolerated = frozenset({"format"})

    area = serializers.SlugField(
        required=False,
        max_length=32,
        help_text="An area's code: alerts in it, in a part of it, or in what it is part of.",
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

    def validate_area(self, code: str) -> Area:
        """The area of that code, in use or not."""
        found = Area.objects.filter(code=code).defer("outline").first()
        if found is None:
            raise serializers.ValidationError(_("There is no area “%(code)s”.") % {"code": code})
        return found

    def validate_service(self, slug: str) -> Service:
        """The service of that short name."""
        found = Service.objects.filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError(_("There is no service “%(slug)s”.") % {"slug": slug})
        return found

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> dict[str, Any]:
        """The filters of a query string. Raises the REST framework's ValidationError (400)."""
        filters = cls(data=query)
        filters.is_valid(raise_exception=True)
        values: dict[str, Any] = filters.validated_data
        return values
