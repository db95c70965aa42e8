"""Every setting of the product, read from the environment here and nowhere else."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).parent


class ConfigError(Exception):
    """A setting is missing or cannot be understood; the message says what to set."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one installation. docs/settings.md explains each of them."""

    database_url: str
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    policy_dir: Path = ROOT / "bpmn"
    city_name: str = "City of Northwater"
    time_zone: str = "America/Chicago"
    holidays: str = "US-MN"
    demo: bool = False
    secure_cookies: bool = False
    session_idle_minutes: int = 60
    session_hours: int = 12
    break_glass_hours: int = 24
    max_upload_megabytes: int = 20
    worker_poll_seconds: float = 1.0
    port: int = 8000
    trusted_proxies: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings; whatever is not set has the default that docs/settings.md names."""
        instance = Path(environment.get("INSTANCE_DIR", ROOT / "instance"))
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(
            database_url=_url(environment, default=f"sqlite:///{instance / 'siteward.db'}"),
            secret_key=environment.get("SECRET_KEY") or _kept_secret(instance / "secret_key"),
            secret_key_fallbacks=tuple(environment.get("SECRET_KEY_FALLBACKS", "").split()),
            policy_dir=Path(environment.get("POLICY_DIR", ROOT / "bpmn")),
            city_name=environment.get("CITY_NAME", cls.city_name),
            time_zone=_time_zone(environment, default=cls.time_zone),
            holidays=environment.get("HOLIDAYS", cls.holidays),
            demo=_yes_or_no(environment, "DEMO", default=cls.demo),
            secure_cookies=_yes_or_no(environment, "SECURE_COOKIES", default=cls.secure_cookies),
            session_idle_minutes=_number(
                environment, "SESSION_IDLE_MINUTES", default=cls.session_idle_minutes
            ),
            session_hours=_number(environment, "SESSION_HOURS", default=cls.session_hours),
            break_glass_hours=_number(
                environment, "BREAK_GLASS_HOURS", default=cls.break_glass_hours
            ),
            max_upload_megabytes=_number(
                environment, "MAX_UPLOAD_MEGABYTES", default=cls.max_upload_megabytes
            ),
            worker_poll_seconds=_number(
                environment, "WORKER_POLL_SECONDS", default=int(cls.worker_poll_seconds)
            ),
            port=_number(environment, "PORT", default=cls.port, most=65535),
            trusted_proxies=_number(
                environment, "TRUSTED_PROXIES", default=cls.trusted_proxies, least=0
            ),
        )


def _kept_secret(path: Path) -> str:
    """Return the secret in the file, made at the first start and readable by the owner alone."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def _yes_or_no(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environment.get(name)
    if value is None:
        return default
    if value.lower() not in {"yes", "no", "true", "false", "1", "0"}:
        msg = f"{name} is {value!r}; set it to yes or no."
        raise ConfigError(msg)
    return value.lower() in {"yes", "true", "1"}


def _url(environment: Mapping[str, str], *, default: str) -> str:
    value = environment.get("DATABASE_URL", default)
    try:
        make_url(value)
    except ArgumentError as error:  # its words might hold a password
        msg = "DATABASE_URL cannot be read; set it as postgresql+psycopg://user:password@host/name."
        raise ConfigError(msg) from error
    return value


def _time_zone(environment: Mapping[str, str], *, default: str) -> str:
    value = environment.get("TIME_ZONE", default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"TIME_ZONE is {value!r}; set it to a name such as America/Chicago."
        raise ConfigError(msg) from error
    return value


def _number(
    environment: Mapping[str, str],
    name: str,
    *,
    default: int,
    least: int = 1,
    most: int | None = None,
) -> int:
    value = environment.get(name)
    if value is None:
        return default
    if not value.isdigit() or int(value) < least or (most is not None and int(value) > most):
        span = f"from {least} up" if most is None else f"from {least} to {most}"
        msg = f"{name} is {value!r}; set it to a whole number {span}."
        raise ConfigError(msg)
    return int(value)
