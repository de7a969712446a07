"""What became of a message from another system."""

from __future__ import annotations

from rest_framework import serializers

from notify.api.serializers.fields import InstantField
from notify.intake.models import Outcome
from notify.intake.places import By


class PlaceTakenSerializer(serializers.Serializer[dict[str, str]]):
    """One of our areas that the message is about."""

    code = serializers.CharField(help_text="Its code.")
    name = serializers.CharField(help_text="What it is called.")
    by = serializers.ChoiceField(By.choices, help_text="How it was found.")
    said = serializers.CharField(help_text="The message's own `areaDesc`.")


class TakenSerializer(serializers.Serializer[object]):
    """The message by its name, and what became of it."""

    sender = serializers.CharField(help_text="The message's own.")
    identifier = serializers.CharField(help_text="The message's own.")
    sent = InstantField(help_text="The message's own.")
    outcome = serializers.ChoiceField(Outcome.choices, help_text="What became of it.")
    alert = serializers.CharField(
        source="code", help_text="The code of the alert concerned; empty if there is none."
    )
    published = serializers.UUIDField(
        source="update.identifier",
        default=None,
        allow_null=True,
        help_text="The `identifier` of the update that was published by it; null if none was.",
    )
    areas = PlaceTakenSerializer(many=True, help_text="Which of our areas it is about.")
    remarks = serializers.ListField(
        source="remarked",
        child=serializers.CharField(),
        help_text="What could not be carried on exactly, or why it waits: sentences for a person.",
    )
