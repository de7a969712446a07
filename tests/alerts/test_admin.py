"""The admin of areas, services and templates."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from notify.alerts.editors import create_group
from notify.alerts.models import Alert, Area, Service, Template
from notify.alerts.schedule import schedule_draft
from tests import given


@pytest.fixture
def admin(db: None) -> Client:
    """Somebody who may do everything that anybody may."""
    browser = Client(headers={"accept-language": "sv"})
    browser.force_login(User.objects.create_superuser("admin"))
    return browser


def test_a_service_has_a_name_in_each_language(admin: Client) -> None:
    form = {
        "name_sv": "Fjärrkyla",
        "name_en": "",
        "slug": "cooling",
        "category": "Infra",
        "icon": "",
        "position": "7",
        "active": "on",
    }
    assert admin.post("/admin/alerts/service/add/", form).status_code == 302
    made = Service.objects.get()
    assert made.names == {"sv": "Fjärrkyla"}
    page = admin.get(f"/admin/alerts/service/{made.pk}/change/").content.decode()
    assert 'value="Fjärrkyla"' in page


def test_a_service_without_a_name_is_refused(admin: Client) -> None:
    page = admin.post("/admin/alerts/service/add/", {"slug": "x", "category": "Infra"})
    assert page.status_code == 200
    assert not Service.objects.exists()


def test_a_template_has_its_words_in_fields(admin: Client) -> None:
    form = {
        "name_sv": "Läcka",
        "slug": "leak",
        "service": given.service().pk,
        "severity": "Minor",
        "urgency": "Immediate",
        "certainty": "Observed",
        "sv_headline": "Läcka i {areas}",
        "sv_description": "Vi lagar.",
    }
    assert admin.post("/admin/alerts/template/add/", form).status_code == 302
    made = Template.objects.get()
    assert made.words == {
        "sv": {"headline": "Läcka i {areas}", "description": "Vi lagar.", "instruction": ""}
    }
    page = admin.get(f"/admin/alerts/template/{made.pk}/change/").content.decode()
    assert "Läcka i {areas}" in page


def test_what_others_refer_to_is_not_deleted_or_renamed_in_its_code(admin: Client) -> None:
    area, service = given.city()["Äspered"], given.service()
    for kind, one in (("area", area), ("service", service)):
        assert (
            admin.post(f"/admin/alerts/{kind}/{one.pk}/delete/", {"post": "yes"}).status_code == 403
        )
    form = {"name": "Äsperöd", "kind": "locality", "code": "other", "parent": "", "active": "on"}
    admin.post(f"/admin/alerts/area/{area.pk}/change/", form)
    area.refresh_from_db()
    assert (area.name, area.code, area.path) == ("Äsperöd", "1490TB121", "/1490/1490TB121/")


@pytest.mark.parametrize("kind", ["area", "service", "template", "alert", "schedule", "update"])
def test_every_list_opens(admin: Client, kind: str) -> None:
    at = timezone.now() + timedelta(hours=1)
    schedule_draft(given.draft(), at, version=1, key=uuid.uuid4(), by=given.editor())
    assert admin.get(f"/admin/alerts/{kind}/").status_code == 200


def test_alerts_are_only_shown(admin: Client) -> None:
    alert = given.draft()
    where = f"/admin/alerts/alert/{alert.pk}"
    assert admin.get(f"{where}/change/").status_code == 200
    assert admin.post(f"{where}/change/", {"state": "active"}).status_code == 403
    assert admin.post(f"{where}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/alerts/alert/add/").status_code == 403
    assert Alert.objects.get().state == "draft"
    assert Area.objects.count() == 3


# --- the group of editors ------------------------------------------------------------------------


@pytest.mark.django_db
def test_editors_may_publish() -> None:
    group = Group.objects.get(name="Editors")
    assert "publish_alert" in group.permissions.values_list("codename", flat=True)


@pytest.mark.django_db
def test_what_an_operator_took_from_the_group_stays_taken() -> None:
    from django.apps import apps

    group = Group.objects.get(name="Editors")
    group.permissions.clear()
    create_group(apps.get_app_config("alerts"), using="default")
    assert not group.permissions.exists()


def test_advice_is_chosen_for_services_and_templates(admin: Client) -> None:
    service = given.service()
    address = f"/admin/alerts/service/{service.pk}/change/"
    page = admin.get(address).content.decode()
    assert page.count("checked") == len(service.advice) + 1  # and that it is in use
    form = {"name_sv": "Vatten", "category": "Infra", "position": "1", "active": "on"}
    assert admin.post(address, form | {"advice": ["drink", "bin"]}).status_code == 302
    service.refresh_from_db()
    assert service.advice == ["drink", "bin"]

    words = {"name_sv": "Koka", "slug": "boil", "sv_headline": "Koka vattnet"}
    kind = {"service": service.pk, "severity": "Severe", "urgency": "Immediate"}
    chosen = {"certainty": "Likely", "advice_drink": "boil", "advice_bin": ""}
    assert admin.post("/admin/alerts/template/add/", words | kind | chosen).status_code == 302
    made = Template.objects.get()
    assert made.advice == {"drink": "boil"}
    page = admin.get(f"/admin/alerts/template/{made.pk}/change/").content.decode()
    assert '<option value="boil" selected>' in page
