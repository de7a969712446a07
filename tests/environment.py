"""The environment that settings read in tests: set here, once, before Django loads.

Pytest loads this as a plugin (``-p tests.environment`` in pyproject.toml). To run anything else in
the same environment: ``python -m tests.environment COMMAND…``.

Nothing of the developer's own environment reaches the settings, so that no test ever meets a real
database, broker or provider by accident; a REDIS_URL moves to ``GIVEN_REDIS_URL``, where only
tests that ask for a real Redis find it. ``TEST_DATABASE_URL`` and ``TEST_REDIS_URL`` say on which
servers to run instead of SQLite and the in-memory broker; ``tests.provision`` sets them.
"""

import os
import sys

# The keys are well-known bytes: they protect nothing but tests.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DJANGO_SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    # Chooses static files without a manifest; pytest-django turns DEBUG itself off again.
    "DJANGO_DEBUG": "true",
    "DJANGO_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "PUBLIC_URL": "http://testserver",
    "PHONE_KEYS": "bm90aWZ5LXRlc3RzLW5vdGlmeS10ZXN0cy1rZXktMDE=",
    "PHONE_INDEX_KEY": "6e6f746966792d74657374732d6e6f746966792d74657374732d6b65792d3031",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "TWILIO_AUTH_TOKEN": "only-for-tests",
    "TWILIO_SENDER": "+46700000000",
    # Nothing listens on the discard port: a test that forgets its simulator fails at once.
    "TWILIO_API_URL": "http://127.0.0.1:9",
    "LOG_LEVEL": "INFO",
    # No night: what a test says goes out at whatever hour it runs. Pauses end at seven.
    "QUIET_HOURS": "7-7",
    # All tests call from one address: only those that are about the limits have any.
    "API_LIMIT_PER_KEY_PER_MINUTE": "0",
    "API_LIMIT_PER_CLIENT_PER_MINUTE": "0",
}
# Settings that are read when present: a developer's own values must not change a test.
OPTIONAL_PREFIXES = (
    "CAP_",
    "CODE_LIMIT_",
    "CODE_WAIT_",
    "ELKS_",
    "KEEP_",
    "MAP_TILES_",
    "SMS_PRICE_",
    "VMA_",
)
OPTIONAL = (
    "EVENTS_ORIGIN",
    "SMS_IN_FLIGHT",
    "SMS_REPLIES",
    "SMS_SEGMENTS_PER_SECOND",
    "SMS_WORKERS",
    "METRICS_TOKEN",
    "PHONE_PREFIXES",
    "PUBLISHER_EMAIL",
    "PUBLISHER_NAME",
    "PUBLISHER_PHONE",
    "REDIS_KEY_PREFIX",
    "STATIC_ROOT",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
    "WEBHOOKS_ALLOW_NETWORKS",
    "WEBSUB_HUBS",
    "WEBSUB_TOPICS_AT_ONCE",
)
# Set by apply(), from TEST_… variables.
SERVERS = ("DATABASE_URL", "REDIS_URL")


def apply() -> None:
    """Replace every variable that settings read by the tests' value, or by its absence."""
    for name in [*os.environ]:
        if name in OPTIONAL or name.startswith(OPTIONAL_PREFIXES):
            del os.environ[name]
    if (given := os.environ.get("REDIS_URL", "")).startswith(("redis:", "rediss:", "unix:")):
        os.environ["GIVEN_REDIS_URL"] = given
    os.environ.update(ENVIRONMENT)
    os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite:///:memory:")
    os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL", "memory://")


apply()

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Usage: python -m tests.environment COMMAND…")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the developer's own command, as typed
