"""What the settings make of the environment."""

import json
import os
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from pydantic import ValidationError

from lienthong.config.env import Env
from lienthong.config.settings import _database

SHOW = """
import json, django
from django.conf import settings
django.setup()
from django.urls import get_resolver
spaces = sorted(str(name) for name in get_resolver().namespace_dict)
print(json.dumps([settings.INSTALLED_APPS, spaces, settings.SECURE_PROXY_SSL_HEADER]))
"""


def test_a_hub_has_the_axis_but_neither_office_nor_demonstration_and_believes_its_proxy() -> None:
    """In a process of its own, since settings are read once."""
    environment = {"LIENTHONG_PROFILE": "hub", "LIENTHONG_TRUSTED_PROXIES": '["10.0.0.1"]'}
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    installed, spaces, header = json.loads(done.stdout.splitlines()[-1])
    assert not {"lienthong.office", "lienthong.demo"} & set(installed)
    assert "lienthong.axis" in installed
    assert "axis" in spaces
    assert "office" not in spaces
    assert header == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_everything_is_there_otherwise_and_no_proxy_is_believed() -> None:
    assert apps.is_installed("lienthong.office")
    assert {"office", "axis"} <= set(get_resolver().namespace_dict)
    assert settings.SECURE_PROXY_SSL_HEADER is None


def test_an_address_of_the_database_is_taken_apart() -> None:
    url = "postgresql://an%20na:s%3Acret@/b?host=/tmp/a%20folder&sslmode=require&port=6543"
    database = _database(url)
    shown = {key: database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    expected = {"NAME": "b", "USER": "an na", "PASSWORD": "s:cret", "HOST": "/tmp/a folder", "PORT": "6543"}
    assert shown == expected
    assert database["OPTIONS"]["sslmode"] == "require"
    assert "host" not in database["OPTIONS"]


def test_what_an_address_asks_of_each_connection_is_kept() -> None:
    options = _database("postgresql:///x?options=-c%20statement_timeout%3D9s")["OPTIONS"]
    assert isinstance(options, dict)
    assert options["options"] == "-c statement_timeout=9s -c plan_cache_mode=force_generic_plan"
    assert options["prepare_threshold"] == 0


@pytest.mark.parametrize(
    ("name", "value"), [("PROFILE", "half"), ("SESSION_IDLE_SECONDS", "soon"), ("DATABASE_POOL", "-1")]
)
def test_a_wrong_value_is_refused_with_the_name_of_the_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"LIENTHONG_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Env()
