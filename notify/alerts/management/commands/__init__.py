"""``manage.py`` commands, each a thin door to a service."""
