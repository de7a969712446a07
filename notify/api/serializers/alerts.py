"""Alerts as they are answered: an alert as it stands, its updates, and what a move came to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notify.alerts.models import Alert, Content
from notify.alerts.vocabulary import (
    Certainty,
    MessageType,
    ResponseType,
    Severity,
    State,
    Urgency,
)
from notify.api.serializers.fields import InstantField
from notify.dispatch.notices import alert_url

SENTENCES = {"type": "object", "additionalProperties": {"type": "string"}}
"""OpenAPI's words for a sentence in each language."""


class PartsSerializer(serializers.Serializer[Any]):
    """What is said in one language."""

    headline = serializers.CharField(help_text="What has happened, and where, in a line.")
    description = serializers.CharField(allow_blank=True, help_text="What is known of it.")
    instruction = serializers.CharField(allow_blank=True, help_text="What people can do.")


class PlaceSerializer(serializers.Serializer[Any]):
    """An area, as it was called when it was said."""

    code = serializers.CharField(help_text="The area's code.")
    name = serializers.CharField(help_text="What it was called.")


class SaidSerializer(serializers.Serializer[Any]):
    """What an alert and each of its updates say, in CAP 1.2's terms."""

    service = serializers.CharField(source="service.slug", help_text="Its short name.")
    service_names = serializers.DictField(
        source="service.names", child=serializers.CharField(), help_text="By language."
    )
    severity = serializers.ChoiceField(Severity.choices)
    urgency = serializers.ChoiceField(
        Urgency.choices, help_text="Immediate: a disruption. Future: planned work."
    )
    certainty = serializers.ChoiceField(Certainty.choices)
    onset = InstantField(help_text="When it began, or begins.")
    expires = InstantField(
        allow_null=True,
        help_text="When it should be over; null when nobody knows. A disruption stands until it "
        "is resolved, whatever this says; planned work ends then by itself.",
    )
    news_by = InstantField(
        allow_null=True,
        help_text="When residents shall have heard more at the latest; null when nothing is promised.",
    )
    words = serializers.DictField(
        child=PartsSerializer(), help_text="By language; the site's own is always there."
    )
    advice = serializers.DictField(
        child=serializers.CharField(),
        help_text="What people are told to do: a phrase's key for each kind of advice.",
    )
    advice_words = serializers.SerializerMethodField(
        help_text="The same as sentences: by kind and language, in the order in which they are read."
    )

    help_at = serializers.ListField(
        child=serializers.CharField(),
        help_text="Where help is to be had, a line each in the site's own language: where people can "
        "fetch water, or get warm.",
    )

    @extend_schema_field({"type": "object", "additionalProperties": SENTENCES})
    def get_advice_words(self, said: Content) -> dict[str, dict[str, str]]:
        """The phrases in every language."""
        return {phrase.kind.value: phrase.by_language() for phrase in said.phrases}


class MissedSerializer(serializers.Serializer[Any]):
    """A publication that was planned and could not be made."""

    publish_at = InstantField(help_text="When it should have gone out.")
    reason = serializers.CharField(source="refused_because", help_text="Sentences, for people.")


class AlertSerializer(SaidSerializer):
    """An alert as it stands."""

    code = serializers.CharField(help_text="The alert's name in addresses; it never changes.")
    state = serializers.ChoiceField(State.choices)
    version = serializers.IntegerField(
        help_text="Counts every change; say it in If-Match or in the body when you make one."
    )
    url = serializers.SerializerMethodField(
        help_text="The residents' page about it; null for a draft."
    )
    areas = serializers.SerializerMethodField(help_text="Codes of the areas it concerns.")
    places = PlaceSerializer(
        source="areas.all", many=True, help_text="The same areas with what they are called now."
    )
    publish_at = InstantField(
        allow_null=True, help_text="When a draft goes out by itself; null unless that is planned."
    )
    missed = MissedSerializer(
        allow_null=True,
        help_text="Of a draft that could not be published at its time: when that was, and why. "
        "Null once it is planned anew or published.",
    )
    published_at = InstantField(allow_null=True, help_text="Null for a draft.")
    changed_at = InstantField(help_text="When anything of it changed last.")
    ended_at = InstantField(allow_null=True, help_text="When it was resolved or cancelled.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Its name and state first: what a person looks for in a long document."""
        fields = super().get_fields()
        return {name: fields[name] for name in dict.fromkeys(["code", "state", "version", *fields])}

    def get_url(self, alert: Alert) -> str | None:
        """The page's absolute address."""
        return None if alert.state == State.DRAFT else alert_url(alert)

    def get_areas(self, alert: Alert) -> list[str]:
        """Their codes."""
        return [area.code for area in alert.areas.all()]


class CorrectedWordsSerializer(serializers.Serializer[Any]):
    """Words that have held since they were corrected."""

    words = serializers.DictField(child=PartsSerializer(), help_text="All of them, by language.")
    corrected_at = InstantField(source="made_at", help_text="Since when.")


class UpdateSerializer(SaidSerializer):
    """One published message, in the words in which it was said: it never changes."""

    number = serializers.IntegerField(help_text="Its place in the alert's story, from 1.")
    identifier = serializers.UUIDField(help_text="Its name to the world; the feeds' guid.")
    message_type = serializers.ChoiceField(MessageType.choices)
    response_type = serializers.ChoiceField(
        ResponseType.choices, help_text="AllClear when it says that the disruption is over."
    )
    places = PlaceSerializer(many=True, help_text="Where, with what the areas were called then.")
    sent = InstantField(help_text="When it was published.")
    corrections = CorrectedWordsSerializer(
        source="corrections.all",
        many=True,
        help_text="Oldest first. The last one's words stand wherever it is read; nobody was told of them.",
    )


class AlertDetailSerializer(AlertSerializer):
    """An alert as it stands, and its story: what was said of it, oldest first."""

    updates = UpdateSerializer(many=True, help_text="Oldest first; none of a draft.")


class MadeSerializer(serializers.Serializer[Any]):
    """What a move came to."""

    alert = AlertSerializer()
    identifier = serializers.UUIDField(
        allow_null=True, help_text="Of the update that was published; null while that is planned."
    )
    number = serializers.IntegerField(
        allow_null=True, help_text="Of the update that was published; null while that is planned."
    )
    progress = serializers.URLField(
        allow_null=True, help_text="Where to watch it reach people; null while that is planned."
    )
