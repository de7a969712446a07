"""Catalogues hold just the words of the code, keep translations, and say what is wrong."""

from pathlib import Path

import pytest

from script import catalogues

TEMPLATE = """{% load i18n %}
  <p>{% translate "Water" %}</p>
{% if x %}
 <b title="{{ _("Heating") }}">{% blocktranslate trimmed count n=n %}
      {{ n }} area
   {% plural %}
      {{ n }} areas
 {% endblocktranslate %}</b>
{% endif %} (
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notify" / "portal"
    (folder / "templates").mkdir(parents=True)
    (folder / "apps.py").write_text("")
    (folder / "views.py").write_text("title = _('Alerts')\n")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "ROOMS", (tmp_path / "notify",))
    return folder


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["script/messages", *arguments])
    return catalogues.main()


def po(app: Path) -> Path:
    return app / "locale" / "sv" / "LC_MESSAGES" / "django.po"


def translate(app: Path, string: str, words: str) -> None:
    text = po(app).read_text()
    po(app).write_text(
        text.replace(f'msgid "{string}"\nmsgstr ""', f'msgid "{string}"\nmsgstr "{words}"')
    )


def test_a_template_gives_its_words_whatever_its_indentation(app: Path) -> None:
    template = app / "templates" / "page.html"
    template.write_text(TEMPLATE)
    found = [catalogues.key(message) for message in catalogues.strings(template) if message.id]
    assert found == ["Water", "Heating", "%(n)s area"]


def test_a_catalogue_is_complete_once_every_string_is_translated(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--check") == 1
    assert "missing: 'Alerts'" in capsys.readouterr().out
    assert run(monkeypatch) == 0
    assert run(monkeypatch, "--check") == 1
    assert "not translated: 'Alerts'" in capsys.readouterr().out
    translate(app, "Alerts", "Driftstörningar")
    assert run(monkeypatch, "--check") == 1
    assert "django.mo is not what the .po says" in capsys.readouterr().out
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 0


def test_running_again_changes_no_byte(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch)
    translate(app, "Alerts", "Driftstörningar")
    run(monkeypatch)
    before = (po(app).read_bytes(), po(app).with_suffix(".mo").read_bytes())
    run(monkeypatch)
    assert (po(app).read_bytes(), po(app).with_suffix(".mo").read_bytes()) == before


def test_a_translation_survives_its_string_going_and_coming_back(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    translate(app, "Alerts", "Driftstörningar")
    (app / "views.py").write_text("")
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 1
    assert "obsolete" in capsys.readouterr().out
    (app / "views.py").write_text("title = _('Alerts')\n")
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 0
    (app / "views.py").write_text("")
    run(monkeypatch, "--prune")
    assert "Driftstörningar" not in po(app).read_text()


def test_a_placeholder_that_the_translation_invents_is_refused(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "views.py").write_text("title = _('%(count)d alerts')\n")
    run(monkeypatch)
    translate(app, "%(count)d alerts", "%(antal)d störningar")
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 1
    assert "%(count)d alerts" in capsys.readouterr().out


def test_the_same_string_must_mean_the_same_in_every_app(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = app.parent / "console"
    other.mkdir()
    (other / "apps.py").write_text("title = _('Alerts')\n")
    run(monkeypatch)
    translate(app, "Alerts", "Driftstörningar")
    translate(other, "Alerts", "Meddelanden")
    run(monkeypatch)
    assert run(monkeypatch, "--check") == 1
    assert "'Meddelanden'" in capsys.readouterr().out


def test_words_outside_every_app_are_not_lost_silently(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (app.parent / "loose.py").write_text("title = _('Nobody loads me')\n")
    assert run(monkeypatch, "--check") == 1
    assert "no app around it" in capsys.readouterr().out
