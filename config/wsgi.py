"""What gunicorn serves. With ``--preload`` a wrong setting ends it in a sentence."""

import os

from django.core.wsgi import get_wsgi_application

from config.refusal import wrong_settings_end_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with wrong_settings_end_in_a_sentence():
    application = get_wsgi_application()
