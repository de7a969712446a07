#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    """Run one command; what the operator can mend ends in a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError:
        sys.exit(
            "Django is missing here. Use the project's Python: .venv/bin/python manage.py "
            "(script/setup makes it)."
        )
    from config.refusal import no_database_ends_in_a_sentence, wrong_settings_end_in_a_sentence

    with wrong_settings_end_in_a_sentence(), no_database_ends_in_a_sentence():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
