"""The asynchronous web server's way in. It refuses to start unless DEBUG is set in the environment."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
application = get_asgi_application()
