"""The WSGI entry: `gunicorn trellis.web.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trellis.web.settings")
application = get_wsgi_application()
