"""`python3 dev.py bench [NAME...]`: one JSON line a figure, with its ratio to a reference measured in the same run."""

import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import tests.environment  # noqa: F401 - sets the environment before Django reads it

NAMES = sorted(
    module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if not module.name.startswith("_")
)


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    previous = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        for name in names or NAMES:
            for figure in importlib.import_module(f"tests.benchmarks.{name}").figures():
                print(json.dumps({"bench": name} | figure), flush=True)
    finally:
        connection.creation.destroy_test_db(previous, verbosity=0)
        teardown_test_environment()
    return 0


sys.exit(main(sys.argv[1:]))
