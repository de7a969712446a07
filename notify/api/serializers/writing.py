"""What is handed in: the content of a draft or an update, and which version was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from notify.alerts.content import LONGEST
from notify.alerts.help_at import LONGEST_LINE, MOST, frozen_help
from notify.alerts.models import Area, Service
from notify.alerts.vocabulary import Certainty, Severity, Urgency
from notify.api.serializers.alerts import AlertDetailSerializer
from notify.api.serializers.fields import InstantField, StrictSerializer, WordField

MOST_AREAS = 500
LARGEST_VERSION = 2**31 - 1


class VersionSerializer(StrictSerializer):
    """Which version of the alert the caller saw, unless If-Match says it."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_VERSION,
        help_text="The alert's, as you saw it, unless If-Match says it.",
    )


class PublishSerializer(VersionSerializer):
    """Which version goes out, and when."""

    publish_at = InstantField(
        default=None,
        allow_null=True,
        help_text="When it goes out by itself, at most a year ahead and before `expires`; now, "
        "unless it is said.",
    )


class PartsInputSerializer(StrictSerializer):
    """What is said in one language."""

    headline = serializers.CharField(
        required=False, allow_blank=True, help_text=f"At most {LONGEST['headline']} characters."
    )
    description = serializers.CharField(
        required=False, allow_blank=True, help_text=f"At most {LONGEST['description']} characters."
    )
    instruction = serializers.CharField(
        required=False, allow_blank=True, help_text=f"At most {LONGEST['instruction']} characters."
    )


class WordsSerializer(VersionSerializer):
    """The words and the advice of a move that ends an alert: nothing else of it may change."""

    words = serializers.DictField(
        child=PartsInputSerializer(),
        allow_empty=False,
        help_text="By language; a headline in the site's own language is needed.",
    )
    advice = serializers.DictField(
        child=serializers.CharField(),
        default=dict,
        help_text="A phrase's key for each kind of advice. An end can only say what people can do again.",
    )


class ResolveSerializer(WordsSerializer):
    """The words of an all-clear."""

    ask = serializers.BooleanField(
        default=False,
        help_text="Ask by SMS whether anybody is still without. The console shows the answers by area.",
    )

    def validate_ask(self, ask: bool) -> bool:
        """Refuse a question that nobody can answer."""
        if ask and not settings.SMS_REPLIES:
            raise serializers.ValidationError(
                _("Nobody can reply to our SMS, so they cannot ask anything.")
            )
        return ask


class ContentSerializer(WordsSerializer):
    """What a draft or an update says. With ``partial``, what is left out stays as it is."""

    tolerated = frozenset(AlertDetailSerializer().fields)

    service = serializers.SlugField(max_length=32, help_text="The short name of a service.")
    areas = serializers.ListField(
        child=serializers.SlugField(max_length=32),
        allow_empty=False,
        max_length=MOST_AREAS,
        help_text="Codes of areas.",
    )
    severity = WordField(Severity.choices)
    urgency = WordField(Urgency.choices)
    certainty = WordField(
        Certainty.choices, default=Certainty.OBSERVED, help_text="Observed, unless it is said."
    )
    onset = InstantField(default=timezone.now, help_text="Now, unless it is said.")
    expires = InstantField(
        default=None,
        allow_null=True,
        help_text="When it should be over; null when nobody knows. Planned work needs it to be published.",
    )
    news_by = InstantField(
        default=None,
        allow_null=True,
        help_text="When residents shall have heard more at the latest. Any update keeps a promise "
        "whose time has come.",
    )

    help_at = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        default=list,
        help_text="Where help is to be had, as people shall read it in any language: at most "
        f"{MOST} lines of at most {LONGEST_LINE} characters.",
    )

    def validate_help_at(self, lines: Sequence[str]) -> list[str]:
        """The lines as they are stored, so that the same request again is known again."""
        return frozen_help(lines)

    def validate_service(self, slug: str) -> Service:
        """The service of that short name."""
        found = Service.objects.filter(slug=slug).first()
        if found is None:
            raise serializers.ValidationError(_("There is no service “%(slug)s”.") % {"slug": slug})
        return found

    def validate_areas(self, codes: Sequence[str]) -> list[Area]:
        """The areas of those codes, in their order, each once."""
        found = {area.code: area for area in Area.objects.filter(code__in=codes).defer("outline")}
        missing: dict[Any, Any] = {
            number: [_("There is no area “%(code)s”.") % {"code": code}]
            for number, code in enumerate(codes)
            if code not in found
        }
        if missing:
            raise serializers.ValidationError(missing)
        return [found[code] for code in dict.fromkeys(codes)]


class UpdateInputSerializer(ContentSerializer):
    """What is new in an update. At least one thing must be."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an update that says nothing."""
        if not attrs.keys() - {"version"}:
            raise serializers.ValidationError(_("Say what is new: give at least one field."))
        return attrs
