"""Settings: read once, understood or refused in one sentence."""

from pathlib import Path

import pytest

from config import Config, ConfigError


def read(folder: Path, **environment: str) -> Config:
    return Config.from_environment({"INSTANCE_DIR": str(folder), **environment})


def test_everything_has_a_default_that_suits_one_machine(tmp_path: Path) -> None:
    config = read(tmp_path / "instance")
    assert config.database_url == f"sqlite:///{tmp_path}/instance/siteward.db"
    assert config.port == 8000
    assert config.trusted_proxies == 0
    assert not config.demo


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 48
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert first.secret_key not in repr(first)


def test_every_setting_is_taken_from_the_environment(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        DATABASE_URL="postgresql+psycopg://localhost/siteward",
        SECRET_KEY="given",
        SECRET_KEY_FALLBACKS="one two",
        POLICY_DIR="/elsewhere",
        CITY_NAME="Southwater",
        TIME_ZONE="Europe/Berlin",
        HOLIDAYS="DE-BE",
        DEMO="yes",
        SECURE_COOKIES="true",
        SESSION_IDLE_MINUTES="5",
        SESSION_HOURS="1",
        MAX_UPLOAD_MEGABYTES="2",
        WORKER_POLL_SECONDS="3",
        PORT="9000",
        TRUSTED_PROXIES="1",
    )
    assert config.database_url.startswith("postgresql")
    assert (config.secret_key, config.secret_key_fallbacks) == ("given", ("one", "two"))
    assert (config.city_name, config.time_zone, config.holidays) == (
        "Southwater",
        "Europe/Berlin",
        "DE-BE",
    )
    assert config.demo
    assert config.secure_cookies
    assert (config.session_idle_minutes, config.session_hours) == (5, 1)
    assert (config.port, config.trusted_proxies) == (9000, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "perhaps"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("SESSION_HOURS", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("TIME_ZONE", "Northwater"),
        ("TIME_ZONE", "../Chicago"),
    ],
)
def test_a_setting_that_cannot_be_understood_says_what_to_set(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=f"{name} is '{value}'; set it to"):
        read(tmp_path, **{name: value})


def test_a_database_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL cannot be read; set it as") as refused:
        read(tmp_path, DATABASE_URL="someone:secret")
    assert "secret" not in str(refused.value)
