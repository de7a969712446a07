"""How an update is reaching people."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ChannelProgressSerializer(serializers.Serializer[Any]):
    """The deliveries of one channel."""

    channel = serializers.CharField(help_text="Its name.")
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="By state: queued, sending, in_doubt, sent, delivered, failed, withdrawn.",
    )
    total = serializers.IntegerField(help_text="In all states.")
    resting = serializers.IntegerField(
        help_text="How many of those queued wait for the morning, as their readers have chosen."
    )
    finished = serializers.BooleanField(help_text="Whether nothing more is to come.")


class FailureSerializer(serializers.Serializer[Any]):
    """Deliveries that did not arrive, for one reason."""

    channel = serializers.CharField(help_text="Its name.")
    error = serializers.CharField(help_text="A code, for programs.")
    reason = serializers.CharField(help_text="A sentence, for people.")
    count = serializers.IntegerField(help_text="How many.")


class ProgressSerializer(serializers.Serializer[Any]):
    """How far an update has come."""

    identifier = serializers.UUIDField(help_text="The update's.")
    finished = serializers.BooleanField(help_text="Whether nothing more is to come on any channel.")
    channels = ChannelProgressSerializer(many=True, help_text="Those that carry it.")
    failures = FailureSerializer(many=True, help_text="Why deliveries failed, the most first.")
