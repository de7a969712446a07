"""Two people at the same alert: nobody overwrites, and nobody loses what they wrote."""

from __future__ import annotations

import pytest
from django.test import Client

from notify.alerts.models import Alert, Update
from tests import given
from tests.console.world import Form, form_on, published, text


@pytest.fixture
def draft(db: None) -> Alert:
    """The draft that both have open."""
    return given.draft()


def again(page: object, **changes: str) -> Form:
    """The form that the conflict page offers, handed in as it is."""
    form = page.context["form"]  # type: ignore[attr-defined]  # a test response
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in (values | changes).items() if value is not None}


def test_the_second_to_save_a_draft_sees_both_and_may_go_on(
    client: Client, colleague: Client, draft: Alert
) -> None:
    where = f"/console/alerts/{draft.code}/edit/"
    mine = form_on(client, where, sv_headline="Min rubrik")
    colleague.post(where, form_on(colleague, where, sv_headline="Olles rubrik", severity="Minor"))
    page = client.post(where, mine)
    assert page.status_code == 409
    assert page.context["form"]["sv_headline"].value() == "Min rubrik"
    shown = {one.label: (one.theirs, one.yours) for one in page.context["differences"]}
    assert shown == {
        "Hur allvarligt": ("Mindre", "Allvarlig"),
        "Rubrik (svenska)": ("Olles rubrik", "Min rubrik"),
    }
    draft.refresh_from_db()
    assert str(draft) == "Olles rubrik"
    assert client.post(where, again(page)).status_code == 302
    draft.refresh_from_db()
    assert str(draft) == "Min rubrik"


def test_a_third_change_in_between_is_noticed_again(
    client: Client, colleague: Client, draft: Alert
) -> None:
    where = f"/console/alerts/{draft.code}/edit/"
    mine = form_on(client, where, sv_headline="Min rubrik")
    colleague.post(where, form_on(colleague, where, sv_headline="Olles rubrik"))
    page = client.post(where, mine)
    colleague.post(where, form_on(colleague, where, sv_headline="Olles andra"))
    second = client.post(where, again(page))
    assert second.status_code == 409
    assert "Olles andra" in text(second)


def test_a_double_click_on_save_is_no_conflict(client: Client, draft: Alert) -> None:
    where = f"/console/alerts/{draft.code}/edit/"
    mine = form_on(client, where, sv_headline="Min rubrik")
    assert client.post(where, mine)["Location"] == client.post(where, mine)["Location"]


def test_a_draft_that_a_colleague_discarded(
    client: Client, colleague: Client, draft: Alert
) -> None:
    where = f"/console/alerts/{draft.code}/edit/"
    mine = form_on(client, where, sv_headline="Min rubrik")
    gone = f"/console/alerts/{draft.code}/discard/"
    colleague.post(gone, form_on(colleague, gone))
    assert client.post(where, mine).status_code == 404


def test_a_draft_that_a_colleague_published(
    client: Client, colleague: Client, draft: Alert
) -> None:
    where = f"/console/alerts/{draft.code}/edit/"
    mine = form_on(client, where, sv_headline="Min rubrik")
    out = f"/console/alerts/{draft.code}/publish/"
    colleague.post(out, form_on(colleague, out))
    page = client.post(where, mine)
    assert page.status_code == 409
    assert "Min rubrik" in text(page)
    draft.refresh_from_db()
    assert str(draft) == "Vattenavbrott i Äspered"


def test_two_updates_at_once(client: Client, colleague: Client) -> None:
    alert = published()
    where = f"/console/alerts/{alert.code}/update/"
    mine = form_on(client, where, sv_headline="Min rubrik", step="send")
    colleague.post(where, form_on(colleague, where, sv_headline="Olles rubrik", step="send"))
    page = client.post(where, mine)
    assert page.status_code == 409
    assert ("Olles rubrik", "Min rubrik") in [
        (one.theirs, one.yours) for one in page.context["differences"]
    ]
    assert Update.objects.count() == 2
    assert client.post(where, again(page, step="send")).status_code == 302
    assert Update.objects.latest("number").words["sv"]["headline"] == "Min rubrik"


def test_an_update_while_a_colleague_resolves(client: Client, colleague: Client) -> None:
    alert = published()
    where, end = f"/console/alerts/{alert.code}/update/", f"/console/alerts/{alert.code}/resolve/"
    mine = form_on(client, where, sv_headline="Min rubrik", step="send")
    colleague.post(end, form_on(colleague, end, step="send"))
    page = client.post(where, mine)
    assert page.status_code == 409
    assert "Min rubrik" in text(page)
    assert Update.objects.count() == 2


def test_an_all_clear_while_a_colleague_updates_may_go_on(
    client: Client, colleague: Client
) -> None:
    alert = published()
    where, news = f"/console/alerts/{alert.code}/resolve/", f"/console/alerts/{alert.code}/update/"
    mine = form_on(client, where, sv_headline="Det är över", step="send")
    colleague.post(news, form_on(colleague, news, sv_headline="Olles rubrik", step="send"))
    page = client.post(where, mine)
    assert page.status_code == 409
    assert "Olles rubrik" in text(page)
    assert client.post(where, again(page, step="send")).status_code == 302


def test_going_back_after_sending_and_writing_something_else_is_not_swallowed(
    client: Client,
) -> None:
    where = f"/console/alerts/{published().code}/update/"
    form = form_on(client, where, sv_headline="Först", step="send")
    client.post(where, form)
    page = client.post(where, form | {"sv_headline": "Sedan"})
    assert page.status_code == 409
    assert page.context["form"]["sv_headline"].value() == "Sedan"
    assert client.post(where, again(page, step="send")).status_code == 302
    assert [one.words["sv"]["headline"] for one in Update.objects.order_by("number")][1:] == [
        "Först",
        "Sedan",
    ]
