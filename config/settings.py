"""Every setting of Notify, read from the environment once, at start.

Safe by default: without ``DJANGO_DEBUG`` nothing is relaxed, and a value that is missing, half given
or wrong stops the start with a sentence that names the variable (``config/environment.py``).
``docker/env.example`` lists them all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment
from config.environment import env, required

BASE_DIR = Path(__file__).resolve().parent.parent

# --- who we are ------------------------------------------------------------------------------

DEBUG: bool = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = required("DJANGO_SECRET_KEY", "at least 50 random characters that sign sessions")
if not DEBUG:
    environment.secret_key("DJANGO_SECRET_KEY", SECRET_KEY)
PUBLIC_URL = required("PUBLIC_URL", "the address residents see, such as https://drift.example.se")
PUBLIC_URL = environment.origin("PUBLIC_URL", PUBLIC_URL)
_public = urlsplit(PUBLIC_URL)
PUBLISHER_NAME: str = env.str("PUBLISHER_NAME", default="Driftinformation")
# How to reach them about a disruption, and about what does not work on the pages, which the law wants.
PUBLISHER_PHONE: str = env.str("PUBLISHER_PHONE", default="")
PUBLISHER_EMAIL: str = env.str("PUBLISHER_EMAIL", default="")
ALLOWED_HOSTS: list[str] = env.list("DJANGO_ALLOWED_HOSTS", default=[_public.hostname])

# --- the parts -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "notify.console",
    "notify.portal",
    "notify.api",
    "notify.intake",
    "notify.dispatch",
    "notify.residents",
    "notify.alerts",
    "notify.channels.sms",
    "notify.channels.feeds",
    "notify.channels.banners",
    "notify.channels.webhooks",
    "notify.channels.websub",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "js_lib_leaflet",
    "csp",
]

MIDDLEWARE = [
    "config.webhooks.straight_to_webhooks",
    "config.reads.straight_to_kept",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.requests.refuse_what_cannot_be",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.publisher",
            ],
        },
    },
]

# --- the truth: a database -------------------------------------------------------------------


def database() -> dict[str, Any]:
    """SQLite beside the code unless DATABASE_URL says PostgreSQL.

    SQLite needs WAL and IMMEDIATE transactions: without them two workers that write at once lose
    to "database is locked" instead of waiting.
    """
    default = f"sqlite:///{BASE_DIR / '.state' / 'notify.sqlite3'}"
    config = environment.database("DATABASE_URL", env.str("DATABASE_URL", default=default))
    if config["ENGINE"].endswith("sqlite3"):
        _make_room(Path(config["NAME"]).parent)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    return config


def _make_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL: the folder {folder} cannot be made ({error.strerror})."
        ) from None


DATABASES = {"default": database()}

# --- the bell: Redis, Celery ------------------------------------------------------------------

REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
REDIS_URL = environment.broker("REDIS_URL", REDIS_URL, in_tests=DEBUG)
# Put before every key, so that several installations can share one Redis.
REDIS_KEY_PREFIX: str = env.str("REDIS_KEY_PREFIX", default="")
# Where open pages hear that banners have changed (config/events.py): by default nginx leads them there.
EVENTS_ORIGIN = environment.origin("EVENTS_ORIGIN", env.str("EVENTS_ORIGIN", default=PUBLIC_URL))
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without socket_timeout a stopped Redis hangs whoever publishes for over a minute.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": True,
    "visibility_timeout": 3600,
    "global_keyprefix": REDIS_KEY_PREFIX,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONSUMER = "config.consumer.LastingConsumer"
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0
CELERY_TASK_DEFAULT_QUEUE = "routine"
# Every worker hears "upkeep", and whoever hears "routine" also "systems": see config/celery.py.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {
    name: {} for name in ("urgent", "routine", "systems", "upkeep")
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {
        "task": "notify.dispatch.tasks.sweep",
        "schedule": 5.0,
        "options": {"queue": "upkeep", "expires": 5},
    },
    "forget": {
        "task": "notify.dispatch.tasks.forget",
        "schedule": 60.0,
        "options": {"queue": "upkeep", "expires": 60},
    },
}

# --- how words travel -------------------------------------------------------------------------

TWILIO_ACCOUNT_SID: str = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN: str = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_SENDER = environment.sender("TWILIO_SENDER", env.str("TWILIO_SENDER", default=""))
TWILIO_API_URL: str = env.str("TWILIO_API_URL", default="")
_twilio = {
    name: globals()[name] for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SENDER")
}
SMS_ENABLED = all(_twilio.values())
if any(_twilio.values()) and not SMS_ENABLED:
    raise ImproperlyConfigured(
        "Twilio is half configured: also set "
        + " and ".join(name for name, value in _twilio.items() if not value)
        + ", or unset all three to run without SMS."
    )
# Whether people can answer our SMS. Nobody can write to a name: then every SMS says where to leave
# instead, and nobody is asked anything. A Messaging Service may send under a name: say so here.
_nameless = not TWILIO_SENDER or environment.can_be_answered(TWILIO_SENDER)
SMS_REPLIES: bool = env.bool("SMS_REPLIES", default=_nameless)
if SMS_REPLIES and not _nameless:
    raise ImproperlyConfigured(
        f"SMS_REPLIES is true, but nobody can answer {TWILIO_SENDER!r}: send from a number, or unset it."
    )
# The second provider, for when Twilio is down: 46elks.
ELKS_USERNAME: str = env.str("ELKS_USERNAME", default="")
ELKS_PASSWORD: str = env.str("ELKS_PASSWORD", default="")
ELKS_SENDER: str = env.str("ELKS_SENDER", default="")
ELKS_API_URL: str = env.str("ELKS_API_URL", default="")
# Where its callbacks come from, if they shall be let in from nowhere else: addresses or networks.
ELKS_CALLBACK_ADDRESSES: list[str] = env.list("ELKS_CALLBACK_ADDRESSES", default=[])
_elks = {name: globals()[name] for name in ("ELKS_USERNAME", "ELKS_PASSWORD", "ELKS_SENDER")}
if any(_elks.values()) and not all(_elks.values()):
    raise ImproperlyConfigured(
        "46elks is half configured: also set "
        + " and ".join(name for name, value in _elks.items() if not value)
        + ", or unset all three to send through Twilio alone."
    )
if all(_elks.values()) and not SMS_ENABLED:
    raise ImproperlyConfigured(
        "46elks stands in for Twilio: also set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_SENDER."
    )
environment.networks("ELKS_CALLBACK_ADDRESSES", ELKS_CALLBACK_ADDRESSES)
# What the sender may send, in segments: Twilio gives an alphanumeric sender 10 a second. 0 is no limit:
# a guess that is too low makes an alert late, and too high only fills the provider's own queue.
SMS_SEGMENTS_PER_SECOND: float = env.float("SMS_SEGMENTS_PER_SECOND", default=0)
# Requests in flight per sending process, and so connections held.
SMS_IN_FLIGHT: int = env.int("SMS_IN_FLIGHT", default=100)
# Processes that send: each takes its share of the pace when Redis cannot share it out.
SMS_WORKERS: int = env.int("SMS_WORKERS", default=4)
if not 0 <= SMS_SEGMENTS_PER_SECOND <= 1_000_000:
    raise ImproperlyConfigured("SMS_SEGMENTS_PER_SECOND must be 0 (no limit) to 1000000.")
if SMS_IN_FLIGHT < 1 or SMS_WORKERS < 1:
    raise ImproperlyConfigured("SMS_IN_FLIGHT and SMS_WORKERS must be 1 or more.")
# What one segment costs, for the estimate an editor sees before publishing.
SMS_PRICE_PER_SEGMENT: float = env.float("SMS_PRICE_PER_SEGMENT", default=0.55)
SMS_PRICE_CURRENCY: str = env.str("SMS_PRICE_CURRENCY", default="SEK")
SMS_MAX_SEGMENTS = 6

NOTIFY_CHANNELS = [
    *(["notify.channels.sms.channel.SmsChannel"] if SMS_ENABLED else []),
    "notify.channels.feeds.channel.FeedChannel",
    "notify.channels.banners.channel.BannerChannel",
    "notify.channels.websub.channel.WebSubChannel",
    "notify.channels.webhooks.channel.WebhookChannel",
]
# What changes for readers, and who says how it stands (notify/channels/kept): a ground of its own for each.
KEPT_TOPICS = {
    "alerts": "notify.alerts.selectors.stamp",
    "feeds": "notify.channels.feeds.selectors.stamp",
    "banners": "notify.channels.banners.selectors.stamp",
}
# Hubs that tell feed readers at once (WebSub): feeds link to them, and they are told of every change.
WEBSUB_HUBS = environment.hubs("WEBSUB_HUBS", env.list("WEBSUB_HUBS", default=[]))
# How many addresses one request to a hub names: those of PubSubHubbub 0.4 take several, others only one.
WEBSUB_TOPICS_AT_ONCE = environment.within(
    "WEBSUB_TOPICS_AT_ONCE", env.int("WEBSUB_TOPICS_AT_ONCE", default=1), 1, 500
)
# Networks of our own where webhooks may go too, and without TLS; otherwise only the open internet, by https.
WEBHOOKS_ALLOW_NETWORKS = environment.networks(
    "WEBHOOKS_ALLOW_NETWORKS", env.list("WEBHOOKS_ALLOW_NETWORKS", default=[])
)
# Channels stand beside alerts and import nothing of them: this names who knows the places.
NOTIFY_DIRECTORY = "notify.alerts.selectors.Directory"

# Who alerts are from, to other alerting systems (CAP 1.2); whoever holds one knows it by this name for ever.
CAP_SENDER = environment.cap_sender(
    "CAP_SENDER", env.str("CAP_SENDER", default=_public.hostname or "")
)
# What everything said here is: the truth, or an exercise or a test for the whole installation.
CAP_STATUS = environment.one_of(
    "CAP_STATUS", env.str("CAP_STATUS", default="Actual"), ("Actual", "Exercise", "Test", "System")
)
CAP_SIGNING_KEY = environment.signing_key("CAP_SIGNING_KEY", env.str("CAP_SIGNING_KEY", default=""))
CAP_SIGNING_CERTIFICATE = environment.signing_certificates(
    "CAP_SIGNING_CERTIFICATE",
    env.str("CAP_SIGNING_CERTIFICATE", default=""),
    CAP_SIGNING_KEY,
)
# Whose CAP messages, sent with a key of which user, are published without an editor: (sender, user name).
CAP_TRUSTED_SENDERS = environment.trusted_senders(
    "CAP_TRUSTED_SENDERS", env.list("CAP_TRUSTED_SENDERS", default=[])
)
# VMA, fetched for the editors: the address of the list, seconds between two askings, and the service of ours
# that its drafts are about, for VMA names none.
VMA_URL = environment.address("VMA_URL", env.str("VMA_URL", default=""))
VMA_POLL = environment.within("VMA_POLL", env.int("VMA_POLL", default=60), 20, 3600)
VMA_SERVICE: str = env.str("VMA_SERVICE", default="")
if bool(VMA_URL) != bool(VMA_SERVICE):
    raise ImproperlyConfigured(
        "VMA_URL and VMA_SERVICE go together: a draft is about a service, and VMA names none."
    )
if VMA_URL:
    # Whether it is time to ask is written in the database.
    CELERY_BEAT_SCHEDULE["vma"] = {
        "task": "notify.intake.tasks.poll_vma",
        "schedule": 10.0,
        "options": {"queue": "upkeep", "expires": 10},
    }

# --- who wants to know ------------------------------------------------------------------------

# The first key encrypts; the others still decrypt, so that keys can be rotated.
PHONE_KEYS = environment.fernet_keys(
    "PHONE_KEYS", required("PHONE_KEYS", "Fernet keys, comma-separated, newest first")
)
# The first key is written with, all find; several while it is changed.
PHONE_INDEX_KEYS = environment.index_keys(
    "PHONE_INDEX_KEY", required("PHONE_INDEX_KEY", "32 random bytes in hex, for the blind index")
)
PHONE_PREFIXES = environment.country_prefixes(
    "PHONE_PREFIXES", env.list("PHONE_PREFIXES", default=["+46"])
)
CODE_LIFETIME_MINUTES = 10
CODE_ATTEMPTS = 5
# How long whoever typed a code may manage what stands on their number.
MANAGE_MINUTES = 15
# From which hour to which, by the clock on the wall, what is routine waits for whoever wants to sleep; the
# same hour twice for no such hours. A pause ends at the second one too.
QUIET_HOURS = environment.hours("QUIET_HOURS", env.str("QUIET_HOURS", default="22-7"))
CODE_LIMIT_PER_NUMBER_PER_HOUR: int = env.int("CODE_LIMIT_PER_NUMBER_PER_HOUR", default=5)
CODE_LIMIT_PER_CLIENT_PER_HOUR: int = env.int("CODE_LIMIT_PER_CLIENT_PER_HOUR", default=20)
CODE_LIMIT_PER_RANGE_PER_HOUR: int = env.int("CODE_LIMIT_PER_RANGE_PER_HOUR", default=50)
CODE_LIMIT_PER_HOUR: int = env.int("CODE_LIMIT_PER_HOUR", default=1000)
# How long whoever asks for a code must wait first when half of a limit is gone; 0 for not at all.
CODE_WAIT_SECONDS: int = env.int("CODE_WAIT_SECONDS", default=30)
if not 0 <= CODE_WAIT_SECONDS <= 300:
    raise ImproperlyConfigured("CODE_WAIT_SECONDS must be 0 (no wait) to 300.")
# How long people are remembered: docs/privacy.md. Sign-ups at least as long as the limits count them, links at
# least as long as a provider may yet speak of a message (36 hours).
KEEP_SIGN_UPS_HOURS = environment.within(
    "KEEP_SIGN_UPS_HOURS", env.int("KEEP_SIGN_UPS_HOURS", default=24), 1, 720
)
KEEP_LINKS_DAYS = environment.within(
    "KEEP_LINKS_DAYS", env.int("KEEP_LINKS_DAYS", default=30), 2, 3650
)
KEEP_ENDED_DAYS = environment.within(
    "KEEP_ENDED_DAYS", env.int("KEEP_ENDED_DAYS", default=90), 1, 3650
)

# --- language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = environment.time_zone("TIME_ZONE", env.str("TIME_ZONE", default="Europe/Stockholm"))
USE_I18N = True
USE_TZ = True

# --- pages and files --------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static-root")))
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGIN_URL = "console:login"
LOGIN_REDIRECT_URL = "console:home"
LOGOUT_REDIRECT_URL = "console:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# What lies under the outlines on the map; without it, nothing from anybody else.
MAP_TILES_URL = environment.tiles("MAP_TILES_URL", env.str("MAP_TILES_URL", default=""))
MAP_TILES_ATTRIBUTION: str = env.str("MAP_TILES_ATTRIBUTION", default="")
if bool(MAP_TILES_URL) != bool(MAP_TILES_ATTRIBUTION):
    raise ImproperlyConfigured(
        "MAP_TILES_URL and MAP_TILES_ATTRIBUTION go together: whoever draws the map is to be named beside it."
    )
_tiles = urlsplit(MAP_TILES_URL)

# --- safety -----------------------------------------------------------------------------------

_HTTPS = _public.scheme == "https"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            *([f"{_tiles.scheme}://{_tiles.netloc}"] if MAP_TILES_URL else []),
        ],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "notify.console.unsent.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# How many proxies of ours stand in front; the client's address is that many steps from the right.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)

# --- the API ----------------------------------------------------------------------------------

# Calls a minute, of one key and of one address without a key; 0 for no limit.
API_LIMIT_PER_KEY_PER_MINUTE = environment.within(
    "API_LIMIT_PER_KEY_PER_MINUTE",
    env.int("API_LIMIT_PER_KEY_PER_MINUTE", default=1200),
    0,
    1_000_000,
)
API_LIMIT_PER_CLIENT_PER_MINUTE = environment.within(
    "API_LIMIT_PER_CLIENT_PER_MINUTE",
    env.int("API_LIMIT_PER_CLIENT_PER_MINUTE", default=300),
    0,
    1_000_000,
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["notify.api.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["notify.api.permissions.ReadOrScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "notify.api.negotiation.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["notify.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "notify.api.schema.AccessSchema",
    "EXCEPTION_HANDLER": "notify.api.problems.handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Notify",
    "DESCRIPTION": "Alerts about disrupted services, and the areas they concern.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["notify.api.permissions.ReadOrScope"],
    "ENUM_NAME_OVERRIDES": {
        "Severity": "notify.alerts.vocabulary.Severity",
        "Urgency": "notify.alerts.vocabulary.Urgency",
        "Certainty": "notify.alerts.vocabulary.Certainty",
        "State": "notify.alerts.vocabulary.State",
        "Category": "notify.alerts.vocabulary.Category",
        "MessageType": "notify.alerts.vocabulary.MessageType",
        "ResponseType": "notify.alerts.vocabulary.ResponseType",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "notify.api.answers.add_answers",
    ],
}

# --- what it tells the operator ---------------------------------------------------------------

# Who may read /metrics from another machine; without it only this machine may.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("METRICS_TOKEN is too short to be secret: at least 20 characters.")
LOG_LEVEL = environment.log_level("LOG_LEVEL", env.str("LOG_LEVEL", default="INFO"))
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reports.NoValues"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # The client logs each request with its form, and so with the phone number.
        "twilio": {"level": "WARNING", "propagate": False},
        "django.server": {"level": "WARNING"},
        # Beat says each time that it rings: every 5 s, all day, nothing that anybody needs to know.
        "celery.beat": {"level": "WARNING"},
    },
}
