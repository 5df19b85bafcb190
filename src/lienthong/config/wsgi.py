"""The WSGI callable that Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from lienthong.config.env import read_env
from lienthong.config.garbage import look_rarely
from lienthong.kernel.pacing import Paced

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.config.settings")
application = Paced(
    get_wsgi_application(), seconds=read_env().slow_body_seconds, most=read_env().slow_bodies_most
)
look_rarely()
