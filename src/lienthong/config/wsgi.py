"""The WSGI callable that Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lienthong.config.settings")
application = get_wsgi_application()
