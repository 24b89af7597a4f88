"""The Spanish pages are in Spanish: nothing public is left untranslated, and what is compiled is what is written."""

import ast
import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override
from django.utils.translation.template import templatize

from advice import linting
from practice import facts

ROOT = settings.ROOT
SPANISH = ROOT / "practice" / "locale" / "es" / "LC_MESSAGES"
# What only staff see has no Spanish address and may stay in English; so may the style guide and its examples.
STAFF_TEMPLATES = ("/desk/", "/column/", "/dashboard/", "/demo/", "/mfa/", "/allauth/", "styleguide.html", "desk.html")
STAFF_CODE = (
    *("/desk", "/admin.py", "/dashboard/", "/demo/", "/look/examples.py"),
    *("/crisis/accepting.py", "/crisis/alerting.py", "/crisis/models.py", "/crisis/verifying.py"),
    *("/messaging/alarming.py", "/messaging/conversing.py"),
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+|href=\"[^\"]*\"")
NUMBER = re.compile(r"\d(?:[\d -]*\d)?")
QUOTED = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
CALLED = re.compile(rf" (\w*gettext|_)\(({QUOTED}(?:, ?{QUOTED})*)(?:, ?count)?\) ")
TRANSLATES = {f"{kind}gettext{lazy}" for kind in ("", "n", "p", "np") for lazy in ("", "_lazy")}


@cache
def entries():
    """Each entry of the .po: its context, what it translates, its plural or None, its translations, its flags."""
    return [entry(block) for block in re.split(r"\n{2,}", (SPANISH / "django.po").read_text().strip())]


def entry(block):
    parts, flags, name = {}, set(), ""
    for line in block.splitlines():
        if line.startswith("#,"):
            flags |= {flag.strip() for flag in line[2:].split(",")}
        elif not line.startswith("#"):
            word, quoted = re.fullmatch(r'(?:(msg\S+) )?(".*")', line).groups()
            name = word or name
            parts[name] = parts.get(name, "") + ast.literal_eval(quoted)
    translated = [words for name, words in parts.items() if name.startswith("msgstr")]
    return parts.get("msgctxt"), parts.get("msgid", ""), parts.get("msgid_plural"), translated, flags


def catalog():
    """What the compiled file holds, as gettext reads it."""
    with (SPANISH / "django.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)._catalog


def key(context, words):
    return words if context is None else f"{context}\x04{words}"


def is_public(path, staff):
    return not any(part in path.as_posix().removeprefix(ROOT.as_posix()) for part in staff)


def words_of_template(path):
    """The (context, words) that a template translates, read as makemessages reads it."""
    for kind, arguments in CALLED.findall(templatize(path.read_text())):
        given = [ast.literal_eval(one) for one in re.findall(QUOTED, arguments)]
        yield (given[0], given[1]) if "p" in kind else (None, given[0])


def words_of_code(path):
    """The (context, words) that a module translates, whatever it calls gettext."""
    tree = ast.parse(path.read_text())
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in TRANSLATES
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            given = [one.value for one in node.args if isinstance(one, ast.Constant)]
            yield (given[0], given[1]) if "p" in names[node.func.id] else (None, given[0])


def files(pattern, staff):
    rooms = [ROOT / room for room in ("practice", "advice", "booking")]
    return sorted(path for room in rooms for path in room.rglob(pattern) if is_public(path, staff))


@cache
def known():
    return {key(context, words) for context, words, _plural, translated, _flags in entries() if all(translated)}


def untranslated(path, said):
    return [f"{path.relative_to(ROOT)}: {words}" for context, words in said if key(context, words) not in known()]


def test_the_compiled_catalog_is_the_written_one():
    written = {}
    for context, words, plural, translated, _flags in entries():
        if words and plural is not None and all(translated):
            written |= {(key(context, words), n): form for n, form in enumerate(translated)}
        elif words and all(translated):
            written[key(context, words)] = translated[0]
    compiled = {words: said for words, said in catalog().items() if words}
    assert compiled == written


def test_nothing_is_guessed():
    assert [words for _context, words, _plural, _translated, flags in entries() if "fuzzy" in flags] == []


def test_no_placeholder_is_lost_or_invented():
    wrong = []
    for _context, words, plural, translated, _flags in entries():
        wanted = sorted(PLACEHOLDER.findall(plural or words))
        wrong += [said for said in translated if words and said and sorted(PLACEHOLDER.findall(said)) != wanted]
    assert wrong == []


def test_no_number_changes_on_the_way():
    """A wrong digit in a crisis line is the worst misprint there is."""
    wrong = []
    for _context, words, plural, translated, _flags in entries():
        wanted = sorted(NUMBER.findall(plural or words))
        wrong += [said for said in translated if words and said and sorted(NUMBER.findall(said)) != wanted]
    assert wrong == []


def test_spanish_is_as_safely_worded_as_english():
    found = []
    for _context, words, _plural, translated, _flags in entries():
        allowed = {(finding.code, finding.text) for finding in linting.lint_reply(words)}
        said = {(finding.code, finding.text) for form in translated for finding in linting.lint_reply(form)}
        found += [(words, finding) for finding in said - allowed if words]
    assert found == []


def test_every_public_template_speaks_spanish():
    paths = [path for path in files("*.html", STAFF_TEMPLATES) if "templates" in path.parts]
    assert len(paths) > 60
    assert [gap for path in paths for gap in untranslated(path, words_of_template(path))] == []


def test_whatever_the_code_says_to_the_public_is_spanish_too():
    said = {path: list(words_of_code(path)) for path in files("*.py", STAFF_CODE)}
    assert sum(map(len, said.values())) > 300
    assert [gap for path, words in said.items() for gap in untranslated(path, words)] == []


def test_the_reading_of_templates_misses_nothing(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        "{% load i18n %}{% translate \"It's one\" %}{% translate 'two' context 'room' as x %}{{ _(\"three\") }}"
        "{% include 'a.html' with label=_(\"four\") %}{% blocktranslate with a=b %}five {{ a }}{% endblocktranslate %}"
        "{% blocktranslate count n=n %}six{% plural %}sixes{% endblocktranslate %}"
    )
    found = set(words_of_template(page))
    assert found == {(None, w) for w in ("It's one", "three", "four", "five %(a)s", "six")} | {("room", "two")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/es/", "¿Algo le pesa? Lea lo que ha ayudado a otras personas, o hable con alguien."),
        ("/es/find/", "Empezar las preguntas"),
        ("/es/book/", "Tres respuestas y ve todos los horarios libres."),
        ("/es/texts/", "Envíe STOP en cualquier momento"),
        ("/es/ask/", "Esto es un buscador automático, no una persona ni una terapia."),
        ("/es/crisis/", "Si hay peligro ahora mismo"),
        ("/es/nowhere/", "Aquí no hay ninguna página"),
    ],
)
def test_rooms_greet_a_reader_in_spanish(client, address, words):
    page = client.get(address).content.decode()
    assert '<html lang="es"' in page
    assert words in page


def test_opening_hours_name_the_days_as_the_reader_does():
    with override("es"):
        assert facts.hours_text("Mon-Fri 09:00-17:00, Sat 10:00-12:00") == "lun–vie 09:00–17:00, sáb 10:00–12:00"
    with override("en"):
        assert facts.hours_text("Mon-Fri 09:00-17:00") == "Mon–Fri 09:00–17:00"


@pytest.mark.django_db
def test_the_desk_stays_in_english(client):
    page = client.get("/accounts/login/", headers={"accept-language": "es"})
    assert '<html lang="en"' in page.content.decode()


def test_the_catalog_names_no_path_of_a_machine():
    assert str(Path.home()) not in (SPANISH / "django.po").read_text()
    assert not re.search(r"^#: /", (SPANISH / "django.po").read_text(), re.MULTILINE)
