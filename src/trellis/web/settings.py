"""The one settings file. What may differ between installations comes from `TRELLIS_*` variables (docs/running.md)."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from trellis.web import env

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(env.text("HOME", "var")).resolve()
(HOME / "static").mkdir(parents=True, exist_ok=True)

MODE = env.text("MODE", "production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("TRELLIS_MODE must be production, demo or test")

# Production refuses to start without a secret: it encrypts the signing keys that are held here.
SECRET_KEY = env.text("SECRET")
if MODE != "production":
    SECRET_KEY = SECRET_KEY or "not-a-secret-demo-and-tests-only-0123456789abcdef"
elif len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "Set TRELLIS_SECRET to at least 32 random characters and keep it safe:"
        " it encrypts the signing keys held on this installation."
    )

DEBUG = False
ALLOWED_HOSTS = env.words("HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.words("ORIGINS")
SECURE = env.flag("HTTPS", MODE == "production")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "trellis.core",
    "trellis.parties",
    "trellis.sharing",
    "trellis.governance",
    "trellis.catalogue",
    "trellis.exchange",
    "trellis.assessment",
    "trellis.planning",
    "trellis.law",
    "trellis.agreements",
    "trellis.assets",
    "trellis.funding",
    "trellis.regional",
    "trellis.measurement",
    "trellis.handover",
    "trellis.operations",
    "trellis.delivery",
    "trellis.publishing",
    "trellis.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "trellis.web.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "trellis.web.middleware.no_nul",
    "trellis.web.middleware.reading_once",
    "trellis.parties.middleware.viewer",
    "trellis.sharing.middleware.access_log",
    "trellis.web.middleware.Refusals",
]
ROOT_URLCONF = "trellis.web.urls"
WSGI_APPLICATION = "trellis.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trellis.core.context.furniture",
            ],
            "builtins": ["django.templatetags.i18n", "trellis.core.templatetags.trellis"],
        },
    }
]

DATABASES = {"default": env.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

FILES = HOME / "files"
FILE_LIMIT = env.number("FILE_LIMIT_MB", 50) * 1024 * 1024
IMPORT_LIMIT = env.number("IMPORT_LIMIT_MB", 20) * 1024 * 1024
EXCHANGE_LIMIT = env.number("EXCHANGE_LIMIT_MB", 10) * 1024 * 1024
EXCHANGE_PRIVATE_HOSTS = env.words("EXCHANGE_PRIVATE_HOSTS")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = env.text("LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("ar", _("Arabic"))]
LOCALE_PATHS = [PACKAGE / "core" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 31536000

AUTH_USER_MODEL = "parties.Person"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
]
# An organisation's own identity provider; off while there is no issuer (docs/decisions/0005).
OIDC_ISSUER = env.text("OIDC_ISSUER")
OIDC_CLIENT = env.text("OIDC_CLIENT")
OIDC_SECRET = env.text("OIDC_SECRET")
OIDC_TITLE = env.text("OIDC_TITLE", "OpenID Connect")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", False)
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # digests stay off until configured
if env.text("MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env.text("MAIL_HOST")
    EMAIL_PORT = env.number("MAIL_PORT", 587)
    EMAIL_USE_TLS = env.flag("MAIL_TLS", True)
    EMAIL_HOST_USER = env.text("MAIL_USER")
    EMAIL_HOST_PASSWORD = env.text("MAIL_PASSWORD")
    EMAIL_TIMEOUT = 20
MAIL_HOUR = env.number("MAIL_HOUR", 5)
if not 0 <= MAIL_HOUR <= 23:
    raise ImproperlyConfigured("TRELLIS_MAIL_HOUR must be an hour from 0 to 23")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "trellis@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG", "WARNING")},
}
