"""What an intake may be answered with: slugs as they are kept, and the words people choose them by."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from practice.places import US_STATES

# Ticked where somebody would rather not say: it asks for nothing, and is remembered as their answer.
UNSAID = "unsaid"
# The slugs of concerns are those of the column's topics where there is one, so that a reader arrives with it chosen.
CONCERNS = [
    ("stress", _("Stress at work or at home")),
    ("burnout", _("Burnout, or being worn out")),
    ("anxiety", _("Anxiety or panic")),
    ("worry", _("Worry that does not stop")),
    ("sleep", _("Sleep")),
    ("low-mood", _("Low mood or motivation")),
    ("loss", _("Loss, grief or a separation")),
    ("relationships", _("Relationships and boundaries")),
    ("supporting-others", _("Supporting someone else")),
    ("parents-and-teens", _("Being a parent, or a teenager")),
    ("body", _("Tension or pain in the body")),
    ("habits", _("Habits and screens")),
    ("other", _("Something else")),
]
KINDS = [
    ("self", _("Me")),
    ("couple", _("Me and my partner")),
    ("family", _("My family")),
    ("child", _("A child or teenager I care for")),
]
# The ages that clinicians say they see; the first two are under 18.
AGES = [
    ("child", _("Under 13")),
    ("teen", _("13 to 17")),
    ("adult", _("18 to 64")),
    ("older", _("65 or older")),
]
MINORS = frozenset({"child", "teen"})
LANGUAGES = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
    ("zh", _("Chinese")),
    ("ko", _("Korean")),
    ("ar", _("Arabic")),
    ("asl", _("American Sign Language")),
]
STYLES = [
    ("gentle", _("Gentle, at my pace")),
    ("warm", _("Warm and talkative")),
    ("structured", _("Has a plan and gives things to practise")),
    ("practical", _("Practical, about what to do next")),
    ("exploratory", _("Looks for where it comes from")),
]
PAYMENTS = [
    ("self_pay", _("I pay myself")),
    ("aetna", "Aetna"),
    ("bcbs", "Blue Cross Blue Shield"),
    ("kaiser", "Kaiser Permanente"),
    ("other", _("Another insurance, or I am not sure")),
]
# Ways of working by name, for those who already know which one they look for.
MODALITIES = [
    ("cbt", _("Cognitive behavioral therapy (CBT)")),
    ("act", _("Acceptance and commitment therapy (ACT)")),
    ("dbt", _("Dialectical behavior therapy (DBT)")),
    ("emdr", _("EMDR")),
    ("psychodynamic", _("Psychodynamic therapy")),
    ("somatic", _("Working with the body")),
    ("mindfulness", _("Mindfulness")),
]
# Of the clinician, and only where somebody asks for it.
GENDERS = [
    ("woman", _("A woman")),
    ("man", _("A man")),
    ("nonbinary", _("Someone non-binary")),
]
CULTURES = [
    ("black", _("Black or African American")),
    ("latino", _("Hispanic or Latino")),
    ("asian", _("Asian or Asian American")),
    ("indigenous", _("American Indian, Alaska Native or another Indigenous people")),
    ("mena", _("Middle Eastern or North African")),
    ("pacific", _("Native Hawaiian or Pacific Islander")),
    ("immigrant", _("Immigrant or refugee families")),
    ("lgbtq", _("LGBTQ+")),
    ("military", _("Military and veterans")),
    ("disability", _("Living with a disability")),
]
FAITHS = [
    ("none", _("No religion, please")),
    ("christian", _("Christian")),
    ("jewish", _("Jewish")),
    ("muslim", _("Muslim")),
    ("hindu", _("Hindu")),
    ("buddhist", _("Buddhist")),
    ("other", _("Another faith")),
]
PAST = [
    ("never", _("No, this is the first time")),
    ("before", _("Yes, some time ago")),
    ("now", _("Yes, I see someone now")),
]
# Under 18: who may agree to sessions, and whom the office may speak to.
CONSENTING = [
    ("writer", _("I can, on my own")),
    ("both", _("I can, together with another parent or guardian")),
    ("other", _("Another adult")),
    ("unsure", _("I am not sure")),
]
CONTACTABLE = [
    ("writer", _("Me, who fills this in")),
    ("adult", _("The other adult who decides")),
    ("minor", _("The young person")),
]
VOICEMAIL = [
    ("named", _("Yes, and say who is calling")),
    ("unnamed", _("Yes, but only a first name and a number")),
    ("none", _("No")),
]
VOICEMAIL_IN_SHORT = [
    ("named", _("A message may say who is calling")),
    ("unnamed", _("A message: only a first name and a number")),
    ("none", _("No message")),
]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
DAYS = [
    ("mon", _("Monday")),
    ("tue", _("Tuesday")),
    ("wed", _("Wednesday")),
    ("thu", _("Thursday")),
    ("fri", _("Friday")),
    ("sat", _("Saturday")),
    ("sun", _("Sunday")),
]
PARTS = [
    ("morning", pgettext_lazy("part of the day", "Morning, before noon")),
    ("afternoon", pgettext_lazy("part of the day", "Afternoon, noon to 5 PM")),
    ("evening", pgettext_lazy("part of the day", "Evening, after 5 PM")),
]
CHANNELS = [
    ("text", _("Text")),
    ("email", _("Email")),
    ("call", _("Phone call")),
]
ZONES = [
    ("America/New_York", _("Eastern time")),
    ("America/Chicago", _("Central time")),
    ("America/Denver", _("Mountain time")),
    ("America/Phoenix", _("Arizona time")),
    ("America/Los_Angeles", _("Pacific time")),
    ("America/Anchorage", _("Alaska time")),
    ("Pacific/Honolulu", _("Hawaii time")),
]
# An unfinished intake is reopened by its link for so long, then emptied.
DRAFT_LASTS = timedelta(days=14)

STATES = [(code, name) for code, (name, _zone) in US_STATES.items()]


def is_minor(answers: dict[str, Any]) -> bool:
    """Under 18 nothing is booked at once: staff call the adult who is responsible first."""
    return answers.get("age") in MINORS or answers.get("kind") == "child"


def labels(choices: Sequence[tuple[str, Any]], chosen: object) -> list[str]:
    """The words of the chosen slugs, in the order they are offered; a slug no longer offered comes back as kept."""
    kept = chosen if isinstance(chosen, list) else [chosen] if chosen else []
    known = dict(choices)
    return [str(known[slug]) for slug in known if slug in kept] + [str(slug) for slug in kept if slug not in known]


def reaching(told: dict[str, Any]) -> list[str]:
    """How to reach somebody safely, in words; `told` is Client.reaching."""
    known = {"channels": CHANNELS, "reach_parts": PARTS, "voicemail": VOICEMAIL_IN_SHORT}
    said = [", ".join(labels(options, told.get(key))) for key, options in known.items()]
    return [words for words in [*said, told.get("reach") or ""] if words and words != UNSAID]
