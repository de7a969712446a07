"""Loading a city's folder: all of it or nothing, and the same again changes nothing."""

from __future__ import annotations

import json
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

import notify.alerts
from notify.alerts.city.entries import CityError
from notify.alerts.city.load import load
from notify.alerts.models import Area, Service, Template

BORAS = Path(notify.alerts.__file__).parent / "data" / "boras"
SQUARE = {"type": "Polygon", "coordinates": [[[12, 57], [13, 57], [13, 58], [12, 58], [12, 57]]]}

pytestmark = pytest.mark.django_db


def feature(code: Any, parent: Any = None, geometry: Any = None, **more: Any) -> dict[str, Any]:
    properties = {"code": code, "name": f"Area {code}", "parent": parent} | more
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def folder(tmp_path: Path, *features: Any, **files: Any) -> Path:
    files["areas.geojson"] = {"type": "FeatureCollection", "features": list(features)}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def service(slug: str = "water", **more: Any) -> dict[str, Any]:
    return {"slug": slug, "names": {"sv": "Vatten"}, "category": "Infra", "icon": "water"} | more


def template(slug: str = "leak", **more: Any) -> dict[str, Any]:
    said = {
        "service": "water",
        "urgency": "Immediate",
        "severity": "Minor",
        "certainty": "Observed",
    }
    words = {"sv": {"headline": "Läcka i {areas}", "description": "", "instruction": ""}}
    return {"slug": slug, "names": {"sv": "Läcka"}, "words": words} | said | more


def problems(path: Path) -> str:
    with pytest.raises(CityError) as refused:
        load(path)
    assert not Area.objects.exists()
    assert not Service.objects.exists()
    return str(refused.value)


def test_boras_loads_with_its_localities_services_and_templates() -> None:
    load(BORAS)
    assert Area.objects.get(code="1490").path == "/1490/"
    assert Area.objects.filter(path__startswith="/1490/1490").count() == 20
    assert Area.objects.get(name="Äspered").population == 314
    slugs = list(Service.objects.values_list("slug", flat=True))
    assert slugs == ["water", "heating", "power", "broadband", "waste", "roads"]
    assert {row.service.slug for row in Template.objects.select_related("service")} == set(slugs)


def test_loading_the_same_folder_again_changes_nothing() -> None:
    load(BORAS)
    for changes in load(BORAS):
        assert (changes.added, changes.changed, changes.retired) == ([], [], [])
        assert changes.same > 0


def test_boras_templates_suit_a_feed_and_a_text_message() -> None:
    load(BORAS)
    for row in Template.objects.all():
        for texts in row.words.values():
            assert len(texts["headline"]) <= 60
            assert "{areas}" in texts["headline"]
            # One en dash or curly quote doubles the price of the SMS.
            assert not set("–—’‘”“") & set("".join(texts.values()))
        assert set(row.words) == {"sv", "en"}


def test_an_area_is_brought_up_to_date_in_place(tmp_path: Path) -> None:
    load(folder(tmp_path, feature("1")))
    before = Area.objects.get(code="1")
    areas, *_ = load(folder(tmp_path, feature("1", name="New name", geometry=SQUARE)))
    after = Area.objects.get(code="1")
    assert areas.changed == ["New name (1)"]
    assert (after.pk, after.name, after.outline) == (before.pk, "New name", SQUARE)


def test_an_area_that_left_the_file_is_switched_off_and_comes_back(tmp_path: Path) -> None:
    load(folder(tmp_path, feature("1"), feature("2", "1")))
    areas, *_ = load(folder(tmp_path, feature("1")))
    assert areas.retired == ["Area 2 (2)"]
    assert not Area.objects.get(code="2").active
    again, *_ = load(folder(tmp_path, feature("1")))
    assert again.retired == []
    load(folder(tmp_path, feature("1"), feature("2", "1")))
    assert Area.objects.get(code="2").active


def test_moving_an_area_moves_everything_in_it_even_what_left_the_file(tmp_path: Path) -> None:
    load(
        folder(
            tmp_path,
            feature("1"),
            feature("2"),
            feature("3", "1"),
            feature("4", "3"),
            feature("5", "3"),
        )
    )
    load(folder(tmp_path, feature("4", "3"), feature("3", "2"), feature("1"), feature("2")))
    paths = dict(Area.objects.values_list("code", "path"))
    assert paths == {"1": "/1/", "2": "/2/", "3": "/2/3/", "4": "/2/3/4/", "5": "/2/3/5/"}


def test_two_areas_may_change_places(tmp_path: Path) -> None:
    load(folder(tmp_path, feature("1"), feature("2", "1")))
    load(folder(tmp_path, feature("2"), feature("1", "2")))
    assert dict(Area.objects.values_list("code", "path")) == {"2": "/2/", "1": "/2/1/"}


def test_services_and_templates_made_elsewhere_stay(tmp_path: Path) -> None:
    Service.objects.create(slug="ice", names={"sv": "Isbana"})
    load(folder(tmp_path, feature("1"), **{"templates.json": [template(service="ice")]}))
    assert Service.objects.get(slug="ice").active
    assert Template.objects.get().service.slug == "ice"


def test_altitudes_and_foreign_members_of_a_geometry_are_left_out(tmp_path: Path) -> None:
    high = [[[*point, 150] for point in ring] for ring in SQUARE["coordinates"]]
    load(folder(tmp_path, feature("1", geometry=SQUARE | {"coordinates": high, "bbox": [1]})))
    assert Area.objects.get().outline == SQUARE


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"type": "Feature"}, "feature 2: properties must be an object"),
        (["no"], "feature 2: it must be an object in braces."),
        (feature(None, name="Fristad"), "feature 2 (Fristad): code is missing."),
        (feature(1490), "code must be text in quotes, not 1490."),
        (feature("a b"), "code 'a b' may hold only letters"),
        (feature("2", name=" "), "feature 2 ( ): name is empty."),
        (feature("2", name="x" * 101), "name is 101 characters long; at most 100 fit."),
        (feature("2", name="a\0b"), "name holds a character that is not text"),
        (feature("2", name="a\ud800b"), "name holds a character that is not text"),
        (feature("2", population=-1), "population must be a whole number"),
        (feature("2", population=True), "population must be a whole number"),
        (feature("2", lon=13.0), "lon and lat go together"),
        (feature("2", lon=13.0, lat=float("nan")), "lat must be degrees (WGS 84) from -90 to 90"),
        (
            feature("2", geometry={"type": "Point", "coordinates": [13, 57]}),
            "must be a Polygon or a MultiPolygon",
        ),
        (feature("2", geometry={"type": "Polygon", "coordinates": []}), "has no coordinates"),
        (feature("2", geometry={"type": "MultiPolygon", "coordinates": 1}), "has no coordinates"),
        (
            feature("2", geometry={"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1]]]}),
            "four positions",
        ),
        (
            feature("2", geometry={"type": "Polygon", "coordinates": [[[377000, 6400000]]]}),
            "in degrees (WGS 84)",
        ),
        (
            feature("2", geometry={"type": "Polygon", "coordinates": [[[1], "x"]]}),
            "in degrees (WGS 84)",
        ),
        (feature("2", "9"), "Area 2 (2) is part of 9, which is not in the file."),
        (feature("1"), "the code 1 is used more than once."),
        (feature("2", "2"), "part of each other in a circle: Area 2 (2)."),
    ],
)
def test_a_wrong_feature_is_named_and_nothing_is_stored(
    tmp_path: Path, wrong: Any, sentence: str
) -> None:
    assert sentence in problems(folder(tmp_path, feature("1"), wrong))


def test_areas_nested_too_deep_are_refused_by_code(tmp_path: Path) -> None:
    codes = [f"{number:032d}" for number in range(10)]
    chain = [feature(code, parent) for code, parent in zip(codes, [None, *codes], strict=False)]
    assert f"{codes[-1]} lies too deep" in problems(folder(tmp_path, *chain))


def test_every_wrong_feature_is_told_at_once(tmp_path: Path) -> None:
    told = problems(folder(tmp_path, feature(None), feature("1"), feature("2", population="many")))
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "areas.geojson, feature 1 (Area None)",
        "areas.geojson, feature 3 (Area 2)",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"type": ', "areas.geojson is not JSON: Expecting value at line 1, column 10."),
        (b"[" * 100_000, "areas.geojson is not JSON that can be read."),
        (b"\xff\xfe", "areas.geojson is not UTF-8."),
        (b"[]", "areas.geojson must be a GeoJSON FeatureCollection."),
        (b'{"type": "FeatureCollection"}', "areas.geojson has no features"),
    ],
)
def test_a_file_that_is_not_geojson_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "areas.geojson").write_bytes(content)
    assert sentence in problems(tmp_path)


def test_a_folder_without_areas_is_told_so(tmp_path: Path) -> None:
    assert "areas.geojson cannot be read: No such file" in problems(tmp_path)
    assert "is not a folder" in problems(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, "services.json must be a list in square brackets."),
        ([service(), service()], "the slug water is used more than once."),
        ([service(names={"en": "Water"})], "services.json, entry 1 (water): names must have 'sv'"),
        ([service(names={"sv": "Vatten", "xx": "?"})], "names has 'xx', which is not one of: "),
        ([service(category="Water")], "category 'Water' is not one of: Infra, "),
    ],
)
def test_a_wrong_service_is_named_and_nothing_is_stored(
    tmp_path: Path, wrong: Any, sentence: str
) -> None:
    assert sentence in problems(folder(tmp_path, feature("1"), **{"services.json": wrong}))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            template(service="gas"),
            "templates.json (leak): there is no service 'gas'; there are: water.",
        ),
        (
            template(severity="Bad"),
            "templates.json, entry 1 (leak): severity 'Bad' is not one of: Extreme",
        ),
        (template(words={"sv": {"headline": ""}}), "headline is empty."),
        (template(words={"sv": {"headline": "x", "title": "y"}}), "words in 'sv' has 'title'"),
        (
            template(words={"sv": {"headline": "Läcka i {area}"}}),
            "headline has braces; only {areas}",
        ),
        (
            template(words={"sv": {"headline": "x", "description": "{areas}"}}),
            "description has braces",
        ),
    ],
)
def test_a_wrong_template_is_named_and_nothing_is_stored(
    tmp_path: Path, wrong: Any, sentence: str
) -> None:
    files = {"services.json": [service()], "templates.json": [wrong]}
    assert sentence in problems(folder(tmp_path, feature("1"), **files))


def test_the_command_prints_what_changed(tmp_path: Path) -> None:
    load(folder(tmp_path, feature("1"), feature("2")))
    said = StringIO()
    city = folder(
        tmp_path, feature("1", name="Ett"), feature("3"), **{"services.json": [service()]}
    )
    call_command("load_city", str(city), stdout=said)
    assert said.getvalue().splitlines() == [
        "areas: 1 added, 1 changed, 0 unchanged, 1 no longer in use",
        "  + Area 3 (3)",
        "  ~ Ett (1)",
        "  - Area 2 (2)",
        "services: 1 added, 0 changed, 0 unchanged",
        "  + water",
        "templates: 0 added, 0 changed, 0 unchanged",
    ]


def test_a_dry_run_says_the_same_and_stores_nothing(tmp_path: Path) -> None:
    said = StringIO()
    call_command("load_city", str(folder(tmp_path, feature("1"))), "--dry-run", stdout=said)
    assert "  + Area 1 (1)" in said.getvalue()
    assert "This was a dry run: nothing was changed." in said.getvalue()
    assert not Area.objects.exists()


def test_the_command_refuses_with_the_sentences(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Nothing was loaded\.\nareas\.geojson, feature 1"):
        call_command("load_city", str(folder(tmp_path, feature(None))))


def test_a_service_says_what_it_gives_advice_about_and_a_template_what_it_begins_with(
    tmp_path: Path,
) -> None:
    files = {
        "services.json": [service(advice=["drink", "flush"])],
        "templates.json": [template(advice={"drink": "boil"})],
    }
    load(folder(tmp_path, feature("1490"), **files))

    assert Service.objects.get().advice == ["drink", "flush"]
    assert Template.objects.get().advice == {"drink": "boil"}


@pytest.mark.parametrize(
    ("file", "entry", "sentence"),
    [
        ("services.json", service(advice=["fly"]), "advice must be a list of some of: drink"),
        ("services.json", service(advice="drink"), "advice must be a list of some of: drink"),
        ("templates.json", template(advice={"fly": "no"}), "advice has 'fly'"),
        ("templates.json", template(advice={"drink": "sip"}), "drink 'sip' is not one of: yes"),
        ("templates.json", template(advice=["drink"]), "advice must be an object"),
    ],
)
def test_advice_that_is_not_in_the_bank_is_told(
    tmp_path: Path, file: str, entry: dict[str, Any], sentence: str
) -> None:
    files = {"services.json": [service()]} | {file: [entry]}
    assert sentence in problems(folder(tmp_path, feature("1490"), **files))


def test_a_city_that_was_loaded_before_there_was_advice_has_it_after_the_migration() -> None:
    load(BORAS)
    fresh = advice_by_slug()
    for model in (Service, Template):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(advice=type(row.advice)())
    assert advice_by_slug() != fresh

    import_module("notify.alerts.migrations.0003_advice").give(apps, None)
    assert advice_by_slug() == fresh


def advice_by_slug() -> dict[str, object]:
    """What services give advice about, and what templates begin with."""
    found = (model.objects.values_list("slug", "advice") for model in (Service, Template))
    return {slug: advice for rows in found for slug, advice in rows}


def test_what_boras_templates_begin_with_belongs_to_their_services() -> None:
    load(BORAS)
    for row in Template.objects.select_related("service"):
        assert set(row.advice) <= set(row.service.advice)
    assert Template.objects.get(slug="water-boil").advice["drink"] == "boil"
