"""Lines that a person should dial again are named, and lines just verified are not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import checks

from practice.crisis import lines, verifying

TODAY = date(2026, 11, 22)


def verified(days_ago):
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    return replace(lines.book().lines[0], last_verified_on=day, verified_by="A. Person", show=True)


@pytest.mark.parametrize(("days_ago", "is_due"), [(0, False), (90, False), (91, True), (-1, True)])
def test_a_line_is_due_again_after_ninety_days(days_ago, is_due):
    assert verifying.is_due(verified(days_ago), TODAY) is is_due


def test_shown_lines_that_nobody_verified_are_due_and_hidden_ones_are_not():
    never = replace(verified(0), last_verified_on="", verified_by="")
    assert verifying.due(TODAY, [never, verified(3), replace(never, show=False)]) == (never,)


def test_the_deployment_check_names_the_lines_that_are_due(monkeypatch):
    never = replace(verified(0), last_verified_on="", verified_by="")
    monkeypatch.setattr(lines, "book", lambda: lines.Book((), (never,)))

    (warning,) = verifying.warn()
    assert never.id in warning.msg
    assert verifying.warn in checks.registry.registry.get_checks(include_deployment_checks=True)
    assert verifying.warn not in checks.registry.registry.get_checks()
