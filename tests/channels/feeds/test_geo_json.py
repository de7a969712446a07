from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given as example
from hypothesis import settings
from shapely.geometry import shape

from notify.channels.feeds.formats import Format
from notify.channels.feeds.render import render
from notify.channels.notice import Words
from tests.channels.feeds.feeding import SENT, SQUARE, WILD, head, item, square
from tests.channels.notices import FRISTAD, ÄSPERED, notice


def read(*items: Any, **changes: Any) -> dict[str, Any]:
    collection: dict[str, Any] = json.loads(render(head(Format.GEOJSON, **changes), items))
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        if feature["geometry"] is not None:
            assert shape(feature["geometry"]).is_valid
    return collection


def test_each_entry_is_a_feature_where_its_areas_are() -> None:
    told = notice(sent=SENT, places=(ÄSPERED, FRISTAD))
    outlines = [SQUARE, {"type": "Polygon", "coordinates": square(14)}]
    (feature,) = read(replace(item(told), outlines=outlines))["features"]
    assert feature["id"] == f"urn:uuid:{told.update}"
    assert feature["geometry"]["type"] == "MultiPolygon"
    properties = feature["properties"]
    assert properties["title"] == "Vattenavbrott i Äspered"
    assert properties["url"] == "http://testserver/a/test123/"
    assert properties["updated"] == "2026-11-23T09:30:15+01:00"
    assert properties["categories"] == ["Dricksvatten", "Allvarlig störning", "Nytt"]
    assert [area["code"] for area in properties["areas"]] == ["1490TB121", "1490TB108"]
    assert (properties["severity"], properties["latest"]) == ("Severe", True)


def test_an_entry_whose_areas_have_no_outline_is_nowhere() -> None:
    (feature,) = read(item(notice()))["features"]
    assert feature["geometry"] is None


def test_the_collection_says_what_it_is() -> None:
    collection = read()
    assert collection["features"] == []
    assert collection["title"] == "Driftinformation: Äspered"
    assert collection["language"] == "sv"
    assert collection["updated"] == "2026-11-23T09:30:15+01:00"
    assert collection["links"][1] == {
        "href": "https://drift.example/feeds/sv/all.geojson",
        "rel": "self",
        "type": "application/geo+json",
    }
    assert read(updated=None)["updated"] is None


@settings(max_examples=30, deadline=None)
@example(WILD, WILD, WILD)
def test_no_text_breaks_it(headline: str, text: str, name: str) -> None:
    told = notice(
        words={"sv": Words(headline or "x", text, name)},
        places=(replace(ÄSPERED, name=name),),
        service_names={"sv": name},
    )
    (feature,) = read(item(told), title=name)["features"]
    assert feature["properties"]["title"]
