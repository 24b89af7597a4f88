"""The rules of the house, read from its own source: who imports whom, sizes, privacy, and the screen first."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from practice import privacy

ROOT = Path(__file__).resolve().parent.parent
OURS = ("practice", "advice", "booking")
FLOORS = {  # the longest prefix counts; a room may import from its own room and from lower floors
    "practice": 0,
    "practice.staff": 1,
    "practice.crisis": 2,
    "practice.messaging": 3,
    "advice": 4,
    "booking": 4,
    "practice.dashboard": 5,
    "practice.demo": 5,
    "practice.urls": 5,
    "practice.api_urls": 5,
}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
SOURCES = sorted(path for room in OURS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)
WRITES = {
    "create",
    "save",
    "bulk_create",
    "update",
    "get_or_create",
    "update_or_create",
    "delete",
    "queue",
    "raise_alert",
}
# Functions of a receiving.py that take no words of the public in: why is said beside each.
WORDLESS = {
    "booking.intake.receiving.start",  # opens an empty draft
    "booking.intake.receiving.reopen",  # reads a draft by its link
    "booking.intake.receiving.bring",  # it calls save_step, which screens
    "booking.intake.receiving.attach",  # numbers: the score itself says whether they name self-harm
    "booking.intake.receiving.detach",  # a button, no text
    "advice.receiving.withdraw",  # a button, no text
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    return max((room for room in FLOORS if module == room or module.startswith(f"{room}.")), key=len, default=None)


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path):
    package = module_name(path).split(".")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package[: len(package) - node.level + (path.name == "__init__.py")], base]).rstrip(
                    "."
                )
            yield from (f"{base}.{alias.name}" for alias in node.names)


def functions_of(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_imports_go_down_the_stairs():
    wrong = []
    for path in SOURCES:
        module = module_name(path)
        room = room_of(module)
        for name in imports_of(path):
            other = room_of(name) if name.split(".")[0] in OURS else None
            if other is not None and other != room and FLOORS[room] < 5 and FLOORS[other] >= FLOORS[room]:
                wrong.append(f"{module} imports {name}")
    assert not wrong


def test_nothing_imports_tasks():
    assert not [
        f"{module_name(path)} imports {name}"
        for path in SOURCES
        for name in imports_of(path)
        if name.split(".")[0] in OURS and "tasks" in name.split(".")
    ]


def test_only_the_carriers_know_twilio():
    knowing = {
        module_name(path) for path in SOURCES if any(name.split(".")[0] == "twilio" for name in imports_of(path))
    }
    assert knowing <= {"practice.messaging.carriers"}


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_files_and_functions_stay_small_and_say_what_they_are_for(path):
    source = path.read_text(encoding="utf-8")
    if source.strip():
        assert ast.get_docstring(ast.parse(source)), "a file says in one line what it is for"
    assert len(source.splitlines()) <= LONGEST_FILE
    too_long = [f.name for f in functions_of(path) if f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION]
    assert not too_long


def our_models():
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_column_says_whether_it_is_personal(model):
    declared = model.__dict__.get("Privacy")
    assert declared is not None, "declare class Privacy: personal, plain, keep_for"
    assert declared.keep_for
    account = getattr(declared, "account", set())
    assert not account or model._meta.app_label == "staff", "only staff have account columns"
    columns = {field.name for field in model._meta.local_concrete_fields} | {
        field.name for field in model._meta.local_many_to_many
    }
    columns -= {"groups", "user_permissions"}
    sets = [set(declared.personal), set(declared.plain), set(account)]
    assert set.union(*sets) == columns
    assert sum(map(len, sets)) == len(columns), "a column stands in one set only"
    for name in declared.personal:
        field = model._meta.get_field(name)
        assert isinstance(field, privacy.EncryptedTextField | privacy.DigestField), f"{name} is personal but lies open"


RECEIVERS = [path for path in SOURCES if path.name == "receiving.py"]


def calls_in(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def screens_at(function, screening_helpers):
    lines = [line for line, name in calls_in(function) if name == "screening.screen" or name in screening_helpers]
    return min(lines, default=None)


@pytest.mark.parametrize("path", RECEIVERS, ids=module_name)
def test_whatever_the_public_writes_is_screened_before_anything_else(path):
    module = tree(path)
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef)]
    helpers = {f.name for f in functions if f.name.startswith("_") and screens_at(f, set()) is not None}
    public = [f for f in functions if not f.name.startswith("_") and f"{module_name(path)}.{f.name}" not in WORDLESS]
    assert public
    for function in public:
        screened = screens_at(function, helpers)
        assert screened is not None, f"{function.name} never asks the crisis screen"
        first_write = min(
            (line for line, name in calls_in(function) if name.rsplit(".", 1)[-1] in WRITES), default=10**9
        )
        assert screened <= first_write, f"{function.name} writes before it screens"


def test_there_are_rooms_that_receive():
    assert {module_name(path) for path in RECEIVERS} >= {
        "advice.receiving",
        "booking.intake.receiving",
        "practice.messaging.receiving",
    }


def test_anonymous_posts_are_listed_by_names_that_exist():
    from django.urls import get_resolver

    def names(resolver, namespace=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from names(pattern, inner)
            elif pattern.name:
                yield f"{namespace}{pattern.name}"

    assert set(names(get_resolver())) >= settings.PUBLIC_POSTS


def test_no_page_holds_inline_style_or_script():
    for path in [*ROOT.glob("*/templates/**/*.html"), *ROOT.glob("practice/*/templates/**/*.html")]:
        source = path.read_text(encoding="utf-8")
        assert " style=" not in source, path
        assert "<script>" not in source, path
        assert " onclick=" not in source, path
