"""The areas' outlines as GeoJSON (RFC 7946), for the map and for whoever asks where they stand."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from notify.alerts.models import Area
from notify.channels.cached import STEADY, answer


@require_safe
def outlines(request: HttpRequest) -> HttpResponse:
    """Every active area that has an outline, with a strong ETag. One statement, no cookie."""
    areas = Area.objects.filter(active=True, outline__isnull=False)
    collection = {"type": "FeatureCollection", "features": [_feature(area) for area in areas]}
    return answer(
        request,
        json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode(),
        content_type="application/geo+json",
        language=settings.LANGUAGE_CODE,
        keep=STEADY,
    )


def _feature(area: Area) -> dict[str, Any]:
    """An area as a feature. point: where its name goes, if that is known; people: how many live there."""
    point = None if area.lon is None or area.lat is None else [area.lon, area.lat]
    properties = {"name": area.name, "path": area.path, "point": point, "people": area.population}
    return {
        "type": "Feature",
        "id": area.code,
        "properties": properties,
        "geometry": area.outline,
    }
