"""Fields and a base that say no clearly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notify.alerts.content import YEARS

SHOWN_OF_A_NAME = 60


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt one would otherwise be lost without a word."""

    tolerated: frozenset[str] = frozenset()
    """Fields that are answered but not read: what was fetched may be sent back."""

    def to_internal_value(self, data: Any) -> Any:
        """The fields' values. Raises ValidationError for those that are wrong or unknown."""
        if isinstance(data, Mapping):
            known = {*self.fields, *self.tolerated}
            unknown = [str(name) for name in data if name not in known]
            if unknown:
                sentence = gettext("There is no such field here. Known: %(known)s.") % {
                    "known": ", ".join(self.fields)
                }
                raise serializers.ValidationError(
                    {name[:SHOWN_OF_A_NAME]: [sentence] for name in unknown[:10]}
                )
        return super().to_internal_value(data)


class QuerySerializer(StrictSerializer):
    """A query string, read as strictly as a body."""

    tolerated = frozenset({"format"})

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """What the query asks for. Raises the REST framework's ValidationError (400).

        The framework takes a query for a form, and leaves out what is empty or said before: a
        filter lost that way answers with everything.
        """
        many = {
            name
            for name, field in cls().fields.items()
            if isinstance(field, serializers.MultipleChoiceField)
        }
        twice = [name for name in query if name not in many and len(query.getlist(name)) > 1]
        if twice:
            sentence = gettext("Say this once.")
            raise serializers.ValidationError(
                {name[:SHOWN_OF_A_NAME]: [sentence] for name in twice}
            )
        given = {name: query.getlist(name) if name in many else query[name] for name in query}
        serializer = cls(data=given)
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values


class InstantField(serializers.DateTimeField):
    """A date and time with its offset from UTC (RFC 3339); shown in the site's own time zone."""

    default_error_messages = {
        "invalid": _("Give a date and a time with its offset, as 2026-11-23T10:00:00+01:00."),
        "naive": _("Say the offset from UTC too, as 2026-11-23T10:00:00+01:00."),
        "year": _("Check the year."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """The same instant in the site's time zone; refuses a time that could be several."""
        if timezone.is_naive(value):
            self.fail("naive")
        # Before the conversion, which overflows near year 1 and year 9999.
        if value.year not in YEARS:
            self.fail("year")
        return value.astimezone(timezone.get_current_timezone())


class QueryInstantField(InstantField):
    """The same in a query, where a ``+`` that is not written as ``%2B`` means a space."""

    default_error_messages = {
        "invalid": _("Give a date and a time with its offset, as 2026-11-23T10:00:00%2B01:00."),
        "naive": _("Say the offset from UTC too, as 2026-11-23T10:00:00%2B01:00."),
    }


class NamesChoices:
    """Says which words there are when it is given another one."""

    choices: Mapping[Any, Any]

    def to_internal_value(self, data: Any) -> Any:
        """The choice. Raises ValidationError."""
        try:
            return super().to_internal_value(data)  # type: ignore[misc]  # a field's, mixed in
        except serializers.ValidationError:
            sentence = gettext("“%(value)s” is not one of: %(known)s.")
            known = ", ".join(str(choice) for choice in self.choices)
            shown = ", ".join(map(str, data)) if isinstance(data, list) else str(data)
            raise serializers.ValidationError(
                sentence % {"value": shown[:SHOWN_OF_A_NAME], "known": known}
            ) from None


class WordField(NamesChoices, serializers.ChoiceField):
    """One of CAP's words, letter for letter."""


class WordsField(NamesChoices, serializers.MultipleChoiceField):
    """Some of CAP's words, letter for letter."""
