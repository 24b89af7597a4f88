#!/usr/bin/env python
"""Django's commands. Without DEBUG in the environment this is a developer's machine: DEBUG and DEMO are on."""

import os
import sys


def main() -> None:
    if "DEBUG" not in os.environ:
        os.environ["DEBUG"] = "1"
        os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
