"""Correcting the words of what was said last: what is handed in, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from notify.api.serializers.alerts import AlertSerializer
from notify.api.serializers.fields import InstantField
from notify.api.serializers.writing import (
    ContentSerializer,
    PartsInputSerializer,
    VersionSerializer,
)


class CorrectionSerializer(VersionSerializer):
    """The words as they shall stand. Nothing else can be corrected: whatever else is new is an update."""

    words = serializers.DictField(
        child=PartsInputSerializer(),
        allow_empty=False,
        help_text="All of them, by language; they replace those that stand. A headline in the site's "
        "own language is needed.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """The words. Raises ValidationError; for facts, with what to do instead."""
        if isinstance(data, Mapping):
            facts = {*ContentSerializer().fields} - {*self.fields}
            if given := [name for name in data if name in facts]:
                sentence = _(
                    "A correction changes words alone, and nobody is told. Post an update for this."
                )
                raise serializers.ValidationError({name: [sentence] for name in given})
        return super().to_internal_value(data)


class CorrectedSerializer(serializers.Serializer[Any]):
    """What a correction came to."""

    alert = AlertSerializer(help_text="The alert as it is now.")
    identifier = serializers.UUIDField(
        help_text="Of the update that was corrected: the same as before."
    )
    number = serializers.IntegerField(help_text="Of the update that was corrected.")
    corrected_at = InstantField(help_text="When that was.")
