"""Settings, from the environment only; every default is safe on one machine."""

from pathlib import Path
from urllib.parse import urlsplit

from project import environment
from project.database import embedded, server
from project.embedded.places import broker_url, cache_url
from project.embedded.session import var_folder

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = var_folder()
DEBUG = False
DEMO = environment.flag("DEMO", default=False)
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, least=1)
PUBLIC_ADDRESS = environment.text("PUBLIC_ADDRESS", f"http://{HOST}:{PORT}")
SECRET_KEY = environment.text("SECRET_KEY", "") or environment.kept_secret(VAR / "secrets" / "key")
_public_host = urlsplit(PUBLIC_ADDRESS).hostname or "localhost"
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{_public_host}")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", PUBLIC_ADDRESS)
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)
IS_HTTPS = PUBLIC_ADDRESS.startswith("https://")

BLOB_ROOT = VAR / "blobs"
FRAME_ROOT = VAR / "frames"
MIRROR_ROOT = VAR / "mirror"
# Bytes of DuckDB's in one process; more goes to the disk.
MIRROR_MEMORY = environment.number("MIRROR_MEMORY", 4 << 30, least=1 << 28)
REPORTED_SNAPSHOTS_KEPT_DAYS = environment.number("REPORTED_SNAPSHOTS_KEPT_DAYS", 400)
UPLOAD_ROOT = VAR / "uploads"
AUDIT_KEY_PATH = VAR / "audit" / "ed25519.pem"
AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN", "discless.example/log")
AUDIT_REVIEW_DAYS = environment.number("AUDIT_REVIEW_DAYS", 5, least=1)  # after a week's end
AUDIT_OWNED_NAMES = {"log": "analytics.UploadedLog"}  # what has a name in an organization
AUDIT_MEASURES = "analytics.metrics.catalogue.BY_KEY"  # what a figure of an entry is called
AUDIT_ASKED = "requests_app.ImagingRequest"  # what a requester asks of a facility
AUDIT_SUBJECT_PAGES = {"request": "staff:request"}  # what an entry tells of, and its page
FRAME_CACHE_LIMIT = environment.number("FRAME_CACHE_LIMIT", 2 * 1024**3, least=0)  # bytes
UPLOAD_LIMIT = environment.number("UPLOAD_LIMIT", 4 * 1024**3, least=1)  # bytes, one upload
LOG_LIMIT = environment.number("LOG_LIMIT", 100 * 1024**2, least=1)  # bytes, one uploaded log

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "project",
    "audit",
    "requests_app",
    "analytics",
]
MIDDLEWARE = [
    "project.middleware.VisitorAddress",
    "audit.origin.Origin",
    "project.middleware.LiveStreams",
    "project.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "project.middleware.Refusals",
]
ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "project" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.frame.frame",
            ]
        },
    }
]


DATABASES = {"default": server(environment.text("DATABASE_URL", "")) or embedded(VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_test_suffix = environment.text("TEST_DB_SUFFIX", "")
if _test_suffix:
    DATABASES["default"]["TEST"] = {"NAME": f"test_discless_{_test_suffix}"}

_broker = environment.text("BROKER_URL", "")
_cache = environment.text("CACHE_URL", "")
if not _cache and (not _broker or _broker.startswith(("redis", "unix"))):
    _cache = _broker or cache_url(VAR)
if _cache:
    CACHES: dict[str, dict[str, object]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": _cache,
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "django_cache",
            # A counter is written anew with this length each time: longer than any limit's window.
            "TIMEOUT": 2 * 86400,
        }
    }
# What each process may compute for itself, so that a page needs no server to remember it.
CACHES["process"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CELERY_BROKER_URL = _broker or broker_url(VAR)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "seal the audit log": {"task": "audit.tasks.seal_log", "schedule": 60.0},
    "send notices": {"task": "requests_app.tasks.send_notices", "schedule": 15.0},
    "sweep": {"task": "requests_app.tasks.sweep", "schedule": 3600.0},
    "sweep broken uploads": {"task": "requests_app.tasks.sweep_uploads", "schedule": 3600.0},
    "import large logs": {
        "task": "analytics.tasks.run_imports",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "sweep imported logs": {"task": "analytics.tasks.sweep_logs", "schedule": 3600.0},
    "refresh the mirror": {"task": "analytics.tasks.refresh_mirror", "schedule": 30.0},
}

AUTH_USER_MODEL = "requests_app.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "project.accounts.ClosedDoor"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # else anybody could have us write to anybody
SIGN_IN_WAIT_MINUTES = 5
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": f"20/m/ip,5/{SIGN_IN_WAIT_MINUTES}m/key",
}
ACCOUNT_LOGOUT_ON_GET = False
CSRF_FAILURE_VIEW = "project.errors.csrf_failed"
SESSION_ENGINE = "project.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_SSL_REDIRECT = environment.flag("SSL_REDIRECT", default=IS_HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked without the proxy, from this machine
# Whether other hosts of the domain speak HTTPS too is not ours to know.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20000
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "project" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

EMAIL_BACKEND = environment.text(
    "EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "imaging@discless.example")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "requests_app.api.authentication.ByAccessKey",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "requests_app.api.authentication.WithinItsKey",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "requests_app.api.parsers.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "project.errors.api_error",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Discless",
    "DESCRIPTION": "Release medical images without discs, on time, and prove it.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {  # several fields share one set of words
        f"{name}Enum": f"requests_app.api.serializers.{words}"
        for name, words in {
            "RequestState": "STATES",
            "DeliveryState": "DELIVERY_STATES",
            "Channel": "CHANNELS",
        }.items()
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "filters": {
        "without_typed_addresses": {"()": "project.log_filter.WithoutTypedAddresses"},
        "without_secrets": {"()": "project.log_filter.WithoutSecrets"},
        "without_closed_doors": {"()": "project.log_filter.WithoutClosedDoors"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["without_typed_addresses", "without_secrets", "without_closed_doors"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}
