"""Typed reading of the environment, so that a wrong setting is named at start-up and not at first use."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The variable `TRELLIS_<name>`, or `default`."""
    return os.environ.get(f"TRELLIS_{name}", default)


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable; anything but yes, no, true, false, 1 or 0 is refused."""
    raw = text(name, "yes" if default else "no").strip().lower()
    if raw in {"1", "yes", "true"}:
        return True
    if raw in {"0", "no", "false", ""}:
        return False
    raise ImproperlyConfigured(f"TRELLIS_{name} must be yes or no, not {raw!r}")


def number(name: str, default: int) -> int:
    """A whole number."""
    raw = text(name, str(default))
    try:
        return int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"TRELLIS_{name} must be a whole number, not {raw!r}") from None


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def database(home: Path) -> dict[str, object]:
    """Django's database settings from `TRELLIS_DATABASE_URL`; an SQLite file in `home` without it."""
    url = text("DATABASE_URL")
    if not url:
        return sqlite(home / "trellis.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("TRELLIS_DATABASE_URL must start with sqlite: or postgresql:")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": query,
    }


def sqlite(path: Path) -> dict[str, object]:
    """SQLite as a server's store: write-ahead log, immediate transactions, foreign keys on."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            " PRAGMA busy_timeout=30000;",
        },
        "TEST": {"NAME": ":memory:" if text("TEST_MEMORY", "yes") == "yes" else None},
    }
