"""What uvicorn serves beside gunicorn: the line on which open pages hear that banners have changed."""

import os
import resource

from django.conf import settings

from config.refusal import wrong_settings_end_in_a_sentence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with wrong_settings_end_in_a_sentence():
    from notify.channels.banners import bell
    from notify.channels.banners.live import Line

    application = Line(settings.REDIS_URL, bell.channel())

# Every page that waits holds a file open, and what most systems allow at first is a thousand.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))
