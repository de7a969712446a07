#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    """Run one command; a wrong setting ends in a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.refusal import wrong_settings_end_in_a_sentence

    with wrong_settings_end_in_a_sentence():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
