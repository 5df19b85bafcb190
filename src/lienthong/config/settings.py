"""Django's settings, composed from the typed environment in `env.py`; no value is read elsewhere."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import django_stubs_ext
from psycopg.conninfo import conninfo_to_dict

from lienthong.config.env import read_env

django_stubs_ext.monkeypatch()

ENV = read_env()


def _secret(value: str, file: Path | None) -> str:
    return value or (file.read_text().strip() if file else "")


PACKAGE = Path(__file__).resolve().parents[1]
DEBUG = ENV.debug
SECRET_KEY = _secret(ENV.secret_key.get_secret_value(), ENV.secret_key_file)
MASTER_KEY = _secret(ENV.master_key.get_secret_value(), ENV.master_key_file)
ALLOWED_HOSTS = ENV.hosts
BASE_URL = ENV.base_url.rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "lienthong.kernel",
    "lienthong.ui",
    "lienthong.ledger",
    "lienthong.directory",
    "lienthong.identity",
    "lienthong.signing",
    "lienthong.documents",
    "lienthong.notifications",
    "lienthong.axis",
    "lienthong.procedures",
    "lienthong.payments",
    "lienthong.tasks",
    "lienthong.dossiers",
    "lienthong.office",
    "lienthong.participation",
    "lienthong.portal",
    "lienthong.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "procrastinate.contrib.django",
]

if ENV.profile == "hub":
    INSTALLED_APPS = [
        app
        for app in INSTALLED_APPS
        if app
        not in {
            "lienthong.procedures",
            "lienthong.payments",
            "lienthong.tasks",
            "lienthong.dossiers",
            "lienthong.office",
            "lienthong.participation",
            "lienthong.portal",
            "lienthong.demo",
        }
    ]

MIDDLEWARE = [
    "lienthong.config.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    *(["lienthong.portal.middleware.SiteMiddleware"] if ENV.profile != "hub" else []),
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lienthong.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lienthong.identity.middleware.IdleSessionMiddleware",
    "lienthong.identity.middleware.ActingMiddleware",
    "lienthong.ui.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "lienthong.config.urls"
WSGI_APPLICATION = "lienthong.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lienthong.identity.context.acting",
                *(["lienthong.portal.context.site"] if ENV.profile != "hub" else []),
                "csp.context_processors.nonce",
            ],
            "builtins": ["django.templatetags.i18n", "lienthong.ui.templatetags.ui"],
        },
    }
]

FORM_RENDERER = "lienthong.ui.inputs.Renderer"


def _database(url: str) -> dict[str, object]:
    """Translate a libpq connection URL into Django's form; what has no field of its own becomes an option."""
    parts = conninfo_to_dict(url)
    named = {key: parts.pop(field, "") or "" for key, field in _DATABASE_FIELDS.items()}
    pool = {"min_size": 1, "max_size": ENV.database_pool, "timeout": 10} if ENV.database_pool else False
    if ENV.database_pool:
        # The statements that ask for it (kernel/statements.py) are prepared at once and planned once, since a
        # plan costs as much as they do (ADR 0029). The ORM's are never prepared.
        parts["prepare_threshold"] = 0
        parts["options"] = f"{parts.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    return {"ENGINE": "django.db.backends.postgresql", **named, "OPTIONS": {**parts, "pool": pool}}


_DATABASE_FIELDS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
DATABASES = {"default": _database(ENV.database_url.get_secret_value())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes, so that attempts to sign in are counted once; the table is made by identity 0001.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "identity.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "lienthong.ui.web.csrf_failure"
API_PREFIXES = ("/axis/v1/", "/lgsp/v1/", "/office/api/")

ACCOUNT_ADAPTER = "lienthong.identity.sign_in.AccountAdapter"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
# A confirmed password serves for five minutes of changes to one's own second factors.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "lienthong.identity.adapters.allauth.MfaAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/5m/key,20/5m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or BASE_URL.startswith("http://127.0.0.1")
MFA_TOTP_ISSUER = "Liên Thông"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "lienthong.identity.sign_in_forms.CodeForm",
    "reauthenticate": "lienthong.identity.sign_in_forms.ConfirmingCodeForm",
    "activate_totp": "lienthong.identity.sign_in_forms.FirstCodeForm",
    "add_webauthn": "lienthong.identity.sign_in_forms.NewKeyForm",
    "authenticate_webauthn": "lienthong.identity.sign_in_forms.KeyForm",
    "login_webauthn": "lienthong.identity.sign_in_forms.PasskeyForm",
    "reauthenticate_webauthn": "lienthong.identity.sign_in_forms.ConfirmingKeyForm",
}
OIDC_CLIENT_SECRET = _secret(ENV.oidc_client_secret.get_secret_value(), ENV.oidc_client_secret_file)
REQUIRE_SECOND_FACTOR = ENV.require_second_factor
TRUSTED_PROXIES = frozenset(ENV.trusted_proxies)

if ENV.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_COOKIES = BASE_URL.startswith("https://")
SESSION_ENGINE = "lienthong.identity.sessions"
SESSION_COOKIE_AGE = ENV.session_idle_seconds
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Of a whole call. Above, each file of it becomes one on the disk, which costs more than checking a packet.
FILE_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# Beside what is kept, because the folder that a system has for such files may be its memory.
FILE_UPLOAD_TEMP_DIR = ENV.var / "spool"
with suppress(OSError):  # whoever may not write there takes nothing in
    FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # packets in a bulk call of the axis
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000  # a process of 200 steps and 400 ways on one page

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = ENV.var / "static"
FRONTEND_DIR = ENV.frontend
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "lienthong.ui.finders.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lienthong.ui.storage.StaticStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    # They announce every job and every request by name.
    "loggers": {name: {"level": "WARNING"} for name in ("procrastinate", "httpx")},
}
