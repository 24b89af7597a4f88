"""Scoring of the self-checks PHQ-9 and GAD-7 and of their short forms: totals, bands, and what must be seen first.

Items, order and answers are exactly those of the questionnaires, developed by Drs. Robert L. Spitzer, Janet B.W.
Williams, Kurt Kroenke and colleagues with an educational grant from Pfizer Inc.; they are never translated here.
PHQ-2 and GAD-2 are the first two items of the long forms and have a cut, but no bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from practice.crisis.screening import Screening

STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
ANSWERS = ((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))
NOTICE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant "
    "from Pfizer Inc. No permission required to reproduce, translate, display or distribute."
)
# Item 9 above nought: somebody looks at it the same day, where its writer can be reached.
HARM = Screening(kind="self", tier="check_in", reasons=("self-check item on self-harm",))


@dataclass(frozen=True)
class Questionnaire:
    """A self-check: its items in order, its bands as (lowest total, name), and which item speaks of self-harm.

    From `cut` on it is worth a closer look; a short form names the long one that is this look.
    """

    slug: str
    name: str
    items: tuple[str, ...]
    bands: tuple[tuple[int, str], ...]
    source: str
    cut: int
    harm_item: int | None = None
    long_slug: str = ""

    @property
    def most(self) -> int:
        return 3 * len(self.items)


PHQ_9 = Questionnaire(
    slug="phq-9",
    name="PHQ-9",
    items=(
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "Trouble falling or staying asleep, or sleeping too much",
        "Feeling tired or having little energy",
        "Poor appetite or overeating",
        "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        "Moving or speaking so slowly that other people could have noticed? Or the opposite: being so fidgety or "
        "restless that you have been moving around a lot more than usual",
        "Thoughts that you would be better off dead or of hurting yourself in some way",
    ),
    bands=((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")),
    source="Kroenke K, Spitzer RL, Williams JBW, 2001",
    cut=10,
    harm_item=8,
)
GAD_7 = Questionnaire(
    slug="gad-7",
    name="GAD-7",
    items=(
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid as if something awful might happen",
    ),
    bands=((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    source="Spitzer RL, Kroenke K, Williams JBW, Löwe B, 2006",
    cut=10,
)
PHQ_2 = Questionnaire(
    slug="phq-2",
    name="PHQ-2",
    items=PHQ_9.items[:2],
    bands=(),
    source="Kroenke K, Spitzer RL, Williams JBW, 2003",
    cut=3,
    long_slug="phq-9",
)
GAD_2 = Questionnaire(
    slug="gad-2",
    name="GAD-2",
    items=GAD_7.items[:2],
    bands=(),
    source="Kroenke K, Spitzer RL, Williams JBW, Monahan PO, Löwe B, 2007",
    cut=3,
    long_slug="gad-7",
)
QUESTIONNAIRES = {check.slug: check for check in (PHQ_2, GAD_2, PHQ_9, GAD_7)}


@dataclass(frozen=True)
class Score:
    """A total with its band ("" where there are none); `names_harm` where self-harm was answered above nought."""

    total: int
    band: str
    is_positive: bool
    names_harm: bool


def score(check: Questionnaire, answers: Sequence[int]) -> Score:
    """The score of a complete self-check; ValueError where an answer is missing or is none of 0 to 3."""
    if len(answers) != len(check.items) or any(answer not in (0, 1, 2, 3) for answer in answers):
        raise ValueError("a total needs every answer, each from 0 to 3")
    total = sum(answers)
    band = next((name for lowest, name in reversed(check.bands) if lowest <= total), "")
    names_harm = check.harm_item is not None and answers[check.harm_item] > 0
    return Score(total, band, total >= check.cut, names_harm)


def record(check: Questionnaire, answers: Sequence[int], *, on: date) -> dict[str, Any]:
    """A result as it is kept with an intake whose writer asked for that."""
    found = score(check, answers)
    return {
        "slug": check.slug,
        "name": check.name,
        "on": on.isoformat(),
        "answers": list(answers),
        "total": found.total,
        "most": check.most,
        "band": found.band,
        "names_harm": found.names_harm,
    }


def in_words(kept: dict[str, Any]) -> str:
    """A kept result in one line, for staff; what was said of self-harm stands in it as it was asked."""
    said = f"{kept['name']} of {kept['on']}: {kept['total']} of {kept['most']}"
    said += f", {kept['band']}." if kept["band"] else "."
    check = QUESTIONNAIRES[kept["slug"]]
    if kept["names_harm"] and check.harm_item is not None:
        said += f" “{check.items[check.harm_item]}”: {dict(ANSWERS)[kept['answers'][check.harm_item]]}."
    return said
