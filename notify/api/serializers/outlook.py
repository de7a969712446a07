"""What a move would do, before it is made."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from notify.alerts.vocabulary import Move
from notify.api.serializers.fields import QueryInstantField, QuerySerializer, WordField


class OutlookQuery(QuerySerializer):
    """Which move is thought of."""

    move = WordField(Move.choices, default=Move.PUBLISH, help_text="publish unless it is said.")
    publish_at = QueryInstantField(
        default=None,
        help_text="When a draft is to go out; now, unless it is said.",
    )


class ChannelOutlookSerializer(serializers.Serializer[Any]):
    """What one channel would carry."""

    channel = serializers.CharField(source="name", help_text="Its name.")
    recipients = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many, by language."
    )
    total = serializers.IntegerField(help_text="In all languages.")
    units = serializers.IntegerField(help_text="What is paid for in all: for SMS, segments.")
    cost = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        allow_null=True,
        help_text="An estimate; null if the channel costs nothing.",
    )
    currency = serializers.CharField(
        allow_blank=True, help_text="Of the cost (ISO 4217); empty if it costs nothing."
    )


class OutlookSerializer(serializers.Serializer[Any]):
    """What would happen if the move were made now, or then, with the alert as it stands."""

    problems = serializers.ListField(
        child=serializers.CharField(),
        help_text="Sentences: why some channel could not carry it. Empty when nothing is in the way.",
    )
    channels = ChannelOutlookSerializer(many=True, help_text="Those that would carry it.")
