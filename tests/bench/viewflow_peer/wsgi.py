# mypy: disable-error-code="import-not-found, misc"
"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.viewflow_peer.settings")
application = get_wsgi_application()
