"""All settings. A developer's machine needs no environment; with DEBUG=0 what a practice decides is required."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.utils.translation import gettext_lazy as _

from practice.env import Reader
from practice.public_posts import PUBLIC_POSTS as PUBLIC_POSTS

# Each process answers in several threads already: a product of matrices spread over more costs five times the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
env = Reader()

# manage.py and dev.py set DEBUG=1 where it is not set; web server and worker never guess it.
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO", False)


def developer_keys(folder: Path) -> dict[str, str]:
    """The keys of this machine's own demo, made once and readable by its owner alone."""
    path = folder / "keys.json"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "SANDBOX_TOKEN": secrets.token_hex(16),
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(keys, file)
    return dict(json.loads(path.read_text()))


DATA_DIR = Path(env.text("DATA_DIR", str(ROOT / ".demo")))
_keys = (
    developer_keys(DATA_DIR) if DEBUG and not (os.environ.get("SECRET_KEY") and os.environ.get("FIELD_KEYS")) else {}
)


def required(default: Any) -> Any:
    """A default that only a developer's machine may fall back to."""
    return default if DEBUG else None


SECRET_KEY = env.text("SECRET_KEY", required(_keys.get("SECRET_KEY")))
# The first key encrypts, all decrypt; the last also keys the digests, so it stays last for ever (docs/decisions/0002).
FIELD_KEYS = env.names("FIELD_KEYS", required([_keys["FIELD_KEYS"]] if _keys else None))
# The container asks itself at 127.0.0.1 whether it is well.
ALLOWED_HOSTS = [*env.names("ALLOWED_HOSTS", required(["localhost", "[::1]", "testserver"])), "127.0.0.1"]
PUBLIC_URL = env.text("PUBLIC_URL", required("http://localhost:8000")).rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

# --- Where things are kept ------------------------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", required(f"sqlite:///{DATA_DIR / 'demo.sqlite3'}"))}
REDIS_URL = env.text("REDIS_URL", required(""))
if DATABASES["default"].get("ENGINE", "").endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # DEFERRED lost 654 writes of a race to "database is locked"; this loses none
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
        "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;",
    }
elif DATABASES["default"]:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Whoever asks for the lines is answered within six seconds, database or none.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
if DATABASES["default"]:
    # Opening one costs more than most pages: with SQLite's settings above, two thirds of a post's page.
    DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_CONNECTION_SECONDS", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if REDIS_URL:
    # Limits are asked on the way of people in need: a slow cache must not make them wait.
    _patience = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    CACHES = {
        "default": {
            "BACKEND": "practice.caches.Redis",
            "LOCATION": REDIS_URL,
            "OPTIONS": _patience,
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Public pages, in each process: nearer than Redis, and named by the state of the column they show.
CACHES["pages"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "pages",
    "OPTIONS": {"MAX_ENTRIES": 500},
}
# Parts that many pages share, or that cost several queries.
CACHES["parts"] = CACHES["pages"] | {"LOCATION": "parts", "OPTIONS": {"MAX_ENTRIES": 5000}}

# Seconds for which each process shows the desk the alarms it has just looked up.
ALARMS_SHOWN_FOR = 20

# --- The practice ---------------------------------------------------------------------------------
PRACTICE = {
    "name": env.text("PRACTICE_NAME", "Harbor Lane Practice"),
    # The name in texts and mails' senders says nothing of the field; a phone may be read by others.
    "short_name": env.text("PRACTICE_SHORT_NAME", "Harbor Lane"),
    "phone": env.text("PRACTICE_PHONE", required("+12025550100")),
    "hours": env.text("PRACTICE_HOURS", "Mon-Fri 09:00-17:00"),
    "time_zone": env.text("PRACTICE_TIME_ZONE", "America/New_York"),
    "country": env.text("PRACTICE_COUNTRY", "US"),
}
# Whether the chatbot answers or only lists posts; auto: a practice licensed in Illinois or Nevada begins with the list.
CHAT_MODE = env.choice("CHAT_MODE", ("auto", "answers", "search"))
ANSWER_WITHIN_OPEN_HOURS = env.number("ANSWER_WITHIN_OPEN_HOURS", 8)  # promised to whoever sends an intake
# Any OpenAI-compatible address ("http://127.0.0.1:11434/v1"); without one the chatbot quotes by itself.
CHAT_MODEL_URL = env.text("CHAT_MODEL_URL", "")
CHAT_MODEL = env.text("CHAT_MODEL", "")
CHAT_MODEL_KEY = env.text("CHAT_MODEL_KEY", "")
# How many appointments one number or address may have to come; and how many may be made online from it in a day, from
# one network address in an hour, and from its whole network (a household, a clinic and a school share one).
MOST_OPEN_BOOKINGS = env.number("MOST_OPEN_BOOKINGS", 2)
BOOKINGS_PER_CONTACT = env.number("BOOKINGS_PER_CONTACT", 3)
BOOKINGS_PER_ADDRESS = env.number("BOOKINGS_PER_ADDRESS", 1000 if DEMO else 10)
BOOKINGS_PER_NETWORK = env.number("BOOKINGS_PER_NETWORK", 5000 if DEMO else 50)
# What each wholly fulfilled wish of a client weighs in a match; "soon" is for a time today that suits them, "room" for
# whoever has no client yet (docs/matching.md).
MATCH_WEIGHTS = env.weights(
    "MATCH_WEIGHTS",
    {
        "concern": 10, "modality": 4, "style": 4, "language": 5, "gender": 5, "culture": 4, "faith": 4, "payment": 6,
        "soon": 6, "room": 5,
    },
)  # fmt: skip
PRACTICE_FACTS = ["booking.facts.facts"]
SMS_REPLIES = ["practice.messaging.consenting.reply", "booking.reminders.replying.reply", "advice.texting.reply"]

# The practice's own Jitsi server, for clinicians without a room of their own. No public server is a good default.
JITSI_URL = env.text("JITSI_URL", "").rstrip("/")

# --- Texts and mail -------------------------------------------------------------------------------
TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID", "")
# The sandbox signs its webhooks as Twilio does, with a token of its own.
TWILIO_AUTH_TOKEN = env.text("TWILIO_AUTH_TOKEN", _keys.get("SANDBOX_TOKEN", "") if DEMO else "")
TWILIO_MESSAGING_SERVICE_SID = env.text("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_FROM = env.text("TWILIO_FROM", "")
TWILIO_API_URL = env.text("TWILIO_API_URL", "")  # another address than Twilio's own, for tests
# Texts a second for the whole practice: 1 for a long code, 3 for a toll-free number, more for a service. 0: no limit.
TEXTS_PER_SECOND = env.number("TEXTS_PER_SECOND", 30)
# With it the mail server, or whoever reads its returned mail, signs what it tells us of mails that came back.
MAIL_BOUNCE_SECRET = env.text("MAIL_BOUNCE_SECRET", "")
vars().update(env.mail("EMAIL_URL", "consolemail://"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{PRACTICE['short_name']} <desk@localhost>")

# --- Apps, in the order of the house: cellar, staff, crisis, messaging, the two floors above, the roof ---
INSTALLED_APPS = [
    "practice.look",
    "practice.tallies",
    "practice.links",
    "practice.staff",
    "practice.crisis",
    "practice.messaging",
    "advice",
    "booking",
    "practice.dashboard",
    "practice.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "practice.doors.PrivacyHeaders",
    "practice.doors.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "practice.doors.OriginOrToken",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "practice.staff.doors.SecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "practice.crisis.doors.KnownLines",
    "practice.messaging.doors.Remembered",
    "practice.doors.Refusals",
]
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # OriginOrToken is that middleware, and asks for more
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "practice" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.facts.context",
            ],
        },
    }
]
FORM_RENDERER = "practice.look.forms.HouseRenderer"

# --- Who may come in ------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "practice.staff.accounts.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PRACTICE["name"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
SECOND_FACTOR_REQUIRED = not DEBUG
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_AGE = 8 * 3600  # a working day
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "practice.look.views.forbidden"

# --- On the wire ----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY", False) else None
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# An address such as /advice/grief/ is itself a sensitive fact, so no site we link to learns it.
SECURE_REFERRER_POLICY = "no-referrer" if not DEBUG else "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
APPEND_SLASH = True

# --- Time, language, files ------------------------------------------------------------------------
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "practice" / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / ".static"
STATICFILES_DIRS = [ROOT / "practice" / "static"]
_files = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": {"BACKEND": _files}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# --- Worker and beat: rows are the queue, Celery is only the hands --------------------------------
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
# The memory broker's default of one second between looks loses the race against a full queue.
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
_often = 2 if DEMO else 10
CELERY_BEAT_SCHEDULE = {
    "dispatch texts and mail": {
        "task": "practice.messaging.tasks.dispatch",
        "schedule": _often,
        "options": {"expires": 60},
    },
    "resolve the unknown": {"task": "practice.messaging.tasks.resolve", "schedule": 60, "options": {"expires": 60}},
    "page and alarm": {"task": "practice.messaging.tasks.watch", "schedule": 60, "options": {"expires": 60}},
    "forget what is due": {"task": "practice.messaging.tasks.forget", "schedule": 3600, "options": {"expires": 3600}},
    "owe reminders": {"task": "booking.tasks.owe_reminders", "schedule": _often * 2, "options": {"expires": 60}},
    "offer freed times": {"task": "booking.tasks.offer_freed", "schedule": _often * 2, "options": {"expires": 60}},
    "close what has passed": {"task": "booking.tasks.close_passed", "schedule": 300, "options": {"expires": 300}},
    "empty old intakes": {"task": "booking.tasks.forget", "schedule": 3600, "options": {"expires": 3600}},
    "forget conversations": {"task": "advice.tasks.forget", "schedule": 3600, "options": {"expires": 3600}},
    "do what is planned for posts": {"task": "advice.tasks.do_planned", "schedule": 60, "options": {"expires": 60}},
    "owe newsletters": {"task": "advice.tasks.owe_newsletters", "schedule": 300, "options": {"expires": 300}},
    "remind of reviews": {"task": "advice.tasks.remind", "schedule": 3600, "options": {"expires": 3600}},
    "warn of licences": {"task": "booking.tasks.warn_of_licences", "schedule": 3600, "options": {"expires": 3600}},
    "read outside calendars": {
        "task": "booking.tasks.read_outside_calendars",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "embed passages": {"task": "advice.tasks.embed", "schedule": _often, "options": {"expires": 60}},
}

# --- JSON door ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["practice.parsers.Json"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "practice.problems.answer",
    "UNICODE_JSON": False,  # escaped, so that half a surrogate pair that a message quotes can be sent back at all
    # Bookings have limits of their own, which do not count tries that were refused; this one is for floods alone.
    "DEFAULT_THROTTLE_RATES": {"ask": "60/min", "write": "60/min", "book": None if DEMO else "600/min"},
    # Only our own proxy's word on where a request comes from counts; otherwise anybody could make up a new address.
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Front office",
    "DESCRIPTION": "The JSON door of the practice. Errors are problem documents (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "practice.problems.describe",
    ],
    # Fields of one name with different choices, told apart.
    "ENUM_NAME_OVERRIDES": {
        "IntakeKind": "booking.shapes.KINDS",
        "SpokenLanguage": "booking.shapes.LANGUAGES",
        "PartOfDay": "booking.shapes.PARTS",
        "AskedLanguage": ["en", "es"],
        "PostLanguage": LANGUAGES,
        "PostKind": "advice.documents.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Logs: events and ids, never bodies, names, numbers or query strings --------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["out"], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": ["out"], "level": "ERROR", "propagate": False},
        "twilio": {"level": "WARNING"},  # at INFO it logs recipients' numbers
        "urllib3": {"level": "ERROR"},  # its warnings may name whole addresses, and numbers stand in some
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}

env.finish()
