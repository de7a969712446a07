"""The containers fit the code: every queue has a worker, every setting is explained, every name exists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from notify.dispatch.models import UPKEEP, Queue
from tests import environment

DOCKER = settings.BASE_DIR / "docker"
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "HTTP_BIND", "TLS_PROXY", "NOTIFY_IMAGE", "WORKER_CONCURRENCY"}
OURS = {"migrate", "web", "events", "worker-urgent", "worker-routine", "beat"}
SETTING = re.compile(r'(?:\benv(?:\.\w+)?|\brequired)\(\s*"([A-Z_]+)"')
EXAMPLE = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def services() -> dict[str, Any]:
    document = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    found: dict[str, Any] = document["services"]
    return found


def settings_read() -> set[str]:
    return set(SETTING.findall((settings.BASE_DIR / "config" / "settings.py").read_text()))


def example() -> str:
    return (DOCKER / "env.example").read_text()


def test_every_queue_has_exactly_one_worker_service() -> None:
    served = [
        queue
        for service in services().values()
        for word in service.get("command", [])
        if word.startswith("--queues=")
        for queue in word.removeprefix("--queues=").split(",")
    ]
    # These two come to workers by themselves: see config/celery.py.
    by_themselves = [UPKEEP, Queue.SYSTEMS.value]
    assert sorted([*served, *by_themselves]) == sorted(settings.CELERY_TASK_QUEUES)


def test_every_scheduled_task_goes_to_a_queue_that_exists() -> None:
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    for entry in schedule.values():
        queue = entry.get("options", {}).get("queue", settings.CELERY_TASK_DEFAULT_QUEUE)
        assert queue in settings.CELERY_TASK_QUEUES


def test_beat_runs_once_and_only_in_its_own_service() -> None:
    beats = [name for name, service in services().items() if "beat" in service.get("command", [])]
    assert beats == ["beat"]


def test_the_example_names_exactly_the_variables_that_settings_read() -> None:
    assert set(EXAMPLE.findall(example())) - COMPOSE_ONLY == settings_read()


def test_every_variable_of_the_example_is_explained_by_the_line_above() -> None:
    lines = example().splitlines()
    explained = False
    for line in lines:
        if EXAMPLE.match(line):
            assert explained, f"{line} has no explanation"
        else:
            explained = line.startswith("# ")


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_get_every_setting_that_the_image_does_not_hold(name: str) -> None:
    given = set(services()[name]["environment"])
    assert settings_read() - given == {"DJANGO_DEBUG", "STATIC_ROOT"}


def test_the_tests_let_no_setting_of_the_developer_through() -> None:
    governed = {*environment.ENVIRONMENT, *environment.OPTIONAL, *environment.SERVERS}
    loose = settings_read() - governed
    assert not [name for name in loose if not name.startswith(environment.OPTIONAL_PREFIXES)]


def test_secrets_are_asked_for_and_never_written_down() -> None:
    text = (DOCKER / "compose.yaml").read_text()
    for secret in ("DJANGO_SECRET_KEY", "PHONE_KEYS", "PHONE_INDEX_KEY", "POSTGRES_PASSWORD"):
        assert f"${{{secret}:?" in text
        assert re.search(rf"^{secret}=$", example(), re.MULTILINE)


@pytest.mark.parametrize("name", sorted(services()))
def test_every_container_is_restrained(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(services()) - {"migrate", "web", "events"}))
def test_every_lasting_container_has_a_health_check(name: str) -> None:
    assert services()[name]["healthcheck"]["test"][0] == "CMD"


def test_the_web_and_events_containers_are_checked_by_the_image() -> None:
    assert "HEALTHCHECK" in (DOCKER / "Dockerfile").read_text()


def test_the_migrations_finish_before_anything_starts() -> None:
    for name in OURS - {"migrate"}:
        condition = services()[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_the_commands_exist() -> None:
    assert services()["migrate"]["command"][:3] == ["python", "manage.py", "migrate"]
    assert {"migrate", "collectstatic"} <= set(get_commands())
    module = services()["simulator"]["command"][2]
    assert (settings.BASE_DIR / Path(*module.split(".")) / "__main__.py").exists()


def test_workers_are_given_time_to_finish_what_they_hold() -> None:
    for name in ("worker-urgent", "worker-routine"):
        assert services()[name]["stop_grace_period"] == "1m"
    assert settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT < 60


def test_the_simulator_finds_nginx_by_the_name_that_a_browser_finds_it_by() -> None:
    [network] = services()["simulator"]["networks"]
    assert "notify.localhost" in services()["nginx"]["networks"][network]["aliases"]
    assert "notify.localhost:8080" in (settings.BASE_DIR / "docs" / "operations.md").read_text()
