"""Scoring of the two self-checks, PHQ-9 and GAD-7: totals, bands, and what must be looked at first.

Items, order and answers are exactly those of the questionnaires, developed by Drs. Robert L. Spitzer, Janet B.W.
Williams, Kurt Kroenke and colleagues with an educational grant from Pfizer Inc.; they are never translated here.
Bands: Kroenke, Spitzer, Williams 2001 (PHQ-9); Spitzer, Kroenke, Williams, Löwe 2006 (GAD-7).
"""

from collections.abc import Sequence
from dataclasses import dataclass

STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
ANSWERS = ((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))
NOTICE = (
    "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant "
    "from Pfizer Inc. No permission required to reproduce, translate, display or distribute."
)


@dataclass(frozen=True)
class Questionnaire:
    """A self-check: its items in order, its bands as (lowest total, name), and which item speaks of self-harm."""

    slug: str
    name: str
    items: tuple[str, ...]
    bands: tuple[tuple[int, str], ...]
    source: str
    harm_item: int | None = None

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
)
QUESTIONNAIRES = {check.slug: check for check in (PHQ_9, GAD_7)}


@dataclass(frozen=True)
class Score:
    """A total with its band; `names_harm` where the item on self-harm was answered above zero."""

    total: int
    band: str
    names_harm: bool


def score(check: Questionnaire, answers: Sequence[int]) -> Score:
    """The score of a complete self-check; ValueError where an answer is missing or is none of 0 to 3."""
    if len(answers) != len(check.items) or any(answer not in (0, 1, 2, 3) for answer in answers):
        raise ValueError("a total needs every answer, each from 0 to 3")
    total = sum(answers)
    band = [name for lowest, name in check.bands if lowest <= total][-1]
    return Score(total, band, check.harm_item is not None and answers[check.harm_item] > 0)
