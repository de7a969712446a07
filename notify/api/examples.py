"""What requests and answers look like, for the schema: one story, told by the operations' own names.

A test holds each of them against the schema, and against what is really answered.
"""

from __future__ import annotations

from typing import Any

_SAID = {
    "service": "water",
    "service_names": {"sv": "Dricksvatten", "en": "Drinking water"},
    "severity": "Severe",
    "urgency": "Immediate",
    "certainty": "Observed",
    "onset": "2026-11-23T10:00:00+01:00",
    "expires": "2026-11-23T16:00:00+01:00",
    "news_by": None,
    "words": {
        "sv": {
            "headline": "Vattenavbrott i Äspered",
            "description": "En vattenledning har gått sönder vid skolan.",
            "instruction": "Hämta vatten vid skolan.",
        },
        "en": {
            "headline": "Water outage in Äspered",
            "description": "A water main has burst by the school.",
            "instruction": "Fetch water at the school.",
        },
    },
    "advice": {"drink": "boil"},
    "advice_words": {
        "drink": {
            "sv": "Koka vattnet innan du dricker det eller lagar mat med det.",
            "en": "Boil the water before you drink it or cook with it.",
        }
    },
    "help_at": ["Äspereds skola, dygnet runt"],
}
_PLACES = [{"code": "1490TB121", "name": "Äspered"}]

DRAFT: dict[str, Any] = {
    "code": "65cmgvq",
    "state": "draft",
    "version": 1,
    **_SAID,
    "url": None,
    "areas": ["1490TB121"],
    "places": _PLACES,
    "publish_at": None,
    "missed": None,
    "published_at": None,
    "changed_at": "2026-11-23T10:04:11.520000+01:00",
    "ended_at": None,
}
ALERT: dict[str, Any] = DRAFT | {
    "state": "active",
    "version": 2,
    "url": "https://drift.example.se/a/65cmgvq/",
    "published_at": "2026-11-23T10:05:02.118000+01:00",
    "changed_at": "2026-11-23T10:05:02.118000+01:00",
}
UPDATE: dict[str, Any] = {
    **_SAID,
    "number": 1,
    "identifier": "0b6c1f0e-2f0a-4d53-9a53-1f8a6a0c8f11",
    "message_type": "Alert",
    "response_type": "",
    "places": _PLACES,
    "sent": "2026-11-23T10:05:02.118000+01:00",
    "corrections": [],
}
MADE: dict[str, Any] = {
    "alert": ALERT,
    "identifier": UPDATE["identifier"],
    "number": 1,
    "progress": "https://drift.example.se/api/v1/alerts/65cmgvq/updates/1/progress/",
}
AREA: dict[str, Any] = {
    "code": "1490TB121",
    "name": "Äspered",
    "kind": "locality",
    "parent": "1490",
    "population": 393,
    "lon": 13.21,
    "lat": 57.74,
    "active": True,
}

_WRITTEN = {
    "service": "water",
    "areas": ["1490TB121"],
    "severity": "Severe",
    "urgency": "Immediate",
    "onset": "2026-11-23T10:00:00+01:00",
    "expires": "2026-11-23T16:00:00+01:00",
    "words": _SAID["words"],
    "advice": _SAID["advice"],
    "help_at": _SAID["help_at"],
}
_DRAFT_SHOWN = DRAFT | {"updates": []}

REQUESTS: dict[str, Any] = {
    "createDraft": _WRITTEN,
    "replaceDraft": _WRITTEN | {"severity": "Extreme"},
    "reviseDraft": {"severity": "Extreme"},
    "publishAlert": {"publish_at": "2026-11-26T08:00:00+01:00"},
    "unscheduleDraft": {"version": 2},
    "updateAlert": {"expires": "2026-11-23T18:00:00+01:00"},
    "resolveAlert": {"words": {"sv": {"headline": "Vattnet är tillbaka"}}, "ask": True},
    "cancelAlert": {"words": {"sv": {"headline": "Det var ett misstag: vattnet är som vanligt"}}},
    "correctAlert": {"words": {"sv": {"headline": "Vattenavbrott i Äspereds tätort"}}},
}
"""By operation: the body of a request."""

ANSWERS: dict[str, Any] = {
    "listAlerts": {"next": None, "previous": None, "results": [ALERT]},
    "getAlert": ALERT | {"updates": [UPDATE]},
    "createDraft": _DRAFT_SHOWN,
    "replaceDraft": _DRAFT_SHOWN | {"severity": "Extreme", "version": 2},
    "reviseDraft": _DRAFT_SHOWN | {"severity": "Extreme", "version": 2},
    "unscheduleDraft": _DRAFT_SHOWN | {"version": 3},
    "publishAlert": MADE,
    "updateAlert": MADE | {"number": 2},
    "resolveAlert": MADE | {"number": 3},
    "cancelAlert": MADE | {"number": 2},
    "correctAlert": {
        "alert": ALERT | {"version": 3},
        "identifier": UPDATE["identifier"],
        "number": 1,
        "corrected_at": "2026-11-23T10:09:40.301000+01:00",
    },
    "takeCap": {
        "sender": "larm@utility.example.se",
        "identifier": "UTIL-2026-0042",
        "sent": "2026-11-23T10:02:00+01:00",
        "outcome": "drafted",
        "alert": "65cmgvq",
        "published": None,
        "areas": [
            {"code": "1490TB121", "name": "Äspered", "by": "geocode", "said": "Äspereds tätort"}
        ],
        "remarks": [],
    },
    "previewMove": {
        "problems": [],
        "channels": [
            {
                "channel": "sms",
                "recipients": {"sv": 180, "en": 12},
                "total": 192,
                "units": 372,
                "cost": "204.60",
                "currency": "SEK",
            }
        ],
    },
    "getProgress": {
        "identifier": UPDATE["identifier"],
        "finished": False,
        "channels": [
            {
                "channel": "sms",
                "counts": {"queued": 0, "sending": 2, "delivered": 189, "failed": 1},
                "total": 192,
                "resting": 0,
                "finished": False,
            }
        ],
        "failures": [
            {"channel": "sms", "error": "unreachable", "reason": "Phone is off.", "count": 1}
        ],
    },
    "listAreas": [AREA],
    "getArea": AREA
    | {
        "outline": {
            "type": "Polygon",
            "coordinates": [[[13.1, 57.7], [13.3, 57.7], [13.3, 57.8], [13.1, 57.7]]],
        }
    },
    "listServices": [
        {
            "slug": "water",
            "names": {"sv": "Dricksvatten", "en": "Drinking water"},
            "category": "Infra",
        }
    ],
}
"""By operation: the body of what it answers when all goes well."""

PROBLEM = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "Some of what was sent needs mending: see “errors”.",
    "errors": [{"field": "words.sv.headline", "message": "This field may not be null."}],
}
