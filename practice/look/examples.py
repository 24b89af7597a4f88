"""What the style guide shows: one example of every parameter that the components take."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=_("What should we call you?"),
        help_text=_("A first name or a nickname is fine."),
        error_messages={"required": _("Enter a name we may use.")},
    )
    phone = forms.CharField(label=_("Phone number"), required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    day = forms.DateField(label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(
        label=_("Where do you live?"), choices=[("", _("Choose a state")), ("NY", "New York"), ("OR", "Oregon")]
    )
    sleep = forms.ChoiceField(
        label=_("In the last two weeks, how often did you sleep badly?"),
        choices=[
            ("0", _("Not at all")),
            ("1", _("Several days")),
            ("2", _("More than half the days")),
            ("3", _("Nearly every day")),
        ],
        widget=forms.RadioSelect,
    )
    times = forms.MultipleChoiceField(
        label=_("When could you talk?"),
        help_text=_("Choose all that suit you."),
        required=False,
        choices=[("morning", _("Mornings")), ("afternoon", _("Afternoons")), ("evening", _("Evenings"))],
        widget=forms.CheckboxSelectMultiple,
    )
    more = forms.CharField(
        label=_("Is there anything we should know?"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    agree = forms.BooleanField(
        label=_("You may text me about this appointment."),
        error_messages={"required": _("Tick this, or choose mail instead.")},
    )


def form_with_errors() -> ExampleForm:
    form = ExampleForm({"name": "", "phone": "555", "sleep": "1", "state": "NY"})
    form.add_error("phone", _("Enter a phone number with area code, like 202 555 0143."))
    return form


def picker(today: date) -> dict[str, Any]:
    """A week of days; the sixth is full."""
    free = [2, 3, 6, 4, 2, 0, 5]
    days = [
        {"date": today + timedelta(days=n), "count": count, "url": "#times", "current": n == 0}
        for n, count in enumerate(free)
    ]
    return {
        "zone": _("Eastern time"),
        "zone_url": "#times",
        "earliest": [_time(_("Today, 3:00 PM"), _("with Dana Reyes"))],
        "days": days,
        "later_url": "#times",
        "groups": [
            {"name": _("Morning"), "times": [_time("9:00 AM"), _time("9:30 AM"), _time("11:00 AM")]},
            {"name": _("Afternoon"), "times": [_time("1:00 PM", "Dana Reyes"), _time("3:00 PM", "Dana Reyes")]},
            {"name": _("Evening"), "times": [_time("6:30 PM")]},
        ],
    }


def _time(label: Any, detail: Any = "") -> dict[str, Any]:
    return {"label": label, "detail": detail, "name": "slot", "value": "1"}


LINES = [
    {
        "name": _("988 Suicide & Crisis Lifeline"),
        "for_whom": _("Anyone in the United States, in English or Spanish"),
        "hours": _("Day and night"),
        "channels": [{"label": _("Call 988"), "href": "tel:988"}, {"label": _("Text 988"), "href": "sms:988"}],
    },
]

TURN = {
    "question": _("I lie awake and go over the day again and again. What helps?"),
    "parts": [
        {
            "text": _("Many people find it easier when worry gets a time of its own, earlier in the evening."),
            "citations": [{"number": 1, "url": "#source-1", "title": _("When worry keeps you up")}],
        },
        {
            "text": _("If you are still awake after a while, get up, keep the light low, go back when you are sleepy."),
            "citations": [{"number": 2, "url": "#source-2", "title": _("Sleep, plainly")}],
        },
    ],
    "sources": [
        {
            "number": 1,
            "title": _("When worry keeps you up"),
            "url": "#chat",
            "quote": _("Put the worrying on the calendar, and keep it there."),
            "status": "sample",
        },
        {
            "number": 2,
            "title": _("Sleep, plainly"),
            "url": "#chat",
            "quote": _("A bed is for sleeping."),
            "status": "sample",
        },
    ],
    "feedback_url": "#chat",
    "person_url": "#chat",
}

PHONE = {
    "name": "Ash",
    "number": "(202) 555-0143",
    "messages": [
        {"body": _("Harbor Lane: Tue 3:00 PM ET is yours. Reply C to confirm, X to cancel."), "when": "2:14 PM"},
        {"body": "C", "when": "2:15 PM", "sent": True},
    ],
    "reply_url": "#phone",
}

TABLE = {
    "columns": [
        {"label": _("Client")},
        {"label": _("When")},
        {"label": _("With")},
        {"label": _("Minutes"), "numeric": True},
    ],
    "rows": [
        [{"text": "Ash P.", "url": "#tables"}, _("Today, 3:00 PM"), "Dana Reyes", 30],
        [{"text": "Wren K.", "url": "#tables"}, _("Today, 4:30 PM"), "Dana Reyes", 50],
    ],
}

POST = {
    "headings": [
        {"id": "letter", "text": _("The letter")},
        {"id": "reply", "text": _("Our reply"), "children": [{"id": "takeaways", "text": _("What to try tonight")}]},
    ],
    "takeaways": [_("Worry is loudest when nothing else is."), _("A set time for it keeps it out of the night.")],
    "references": [
        {
            "kind": _("Guidelines"),
            "references": [
                {
                    "number": 1,
                    "authors": _("A committee that writes guidelines"),
                    "title": _("An example of a guideline's title"),
                    "publisher": _("A publisher"),
                    "year": 2024,
                    "url": "https://www.example.org/",
                    "accessed_on": date(2025, 1, 31),
                }
            ],
        }
    ],
    "questions": [
        {"question": _("Do I need a referral?"), "answer": _("No. You can book the first talk yourself. It is free.")},
        {"question": _("What if the first match is not right?"), "answer": _("Tell us, and we look again with you.")},
    ],
    "related": [
        {"title": _("When worry keeps you up"), "url": "#post"},
        {"title": _("Sleep, plainly"), "url": "#post"},
    ],
    "audiences": [
        {"label": _("Plain words"), "url": "#post", "current": True},
        {"label": _("Clinical"), "url": "#post"},
    ],
}

STILL = {
    "lines": LINES,
    "turn": TURN,
    "phone": PHONE,
    **TABLE,
    **POST,
    "tabs": [
        {"label": _("Waiting"), "url": "#tabs", "current": True, "count": 4},
        {"label": _("Answered"), "url": "#tabs"},
        {"label": _("Declined"), "url": "#tabs"},
    ],
    "steps": [
        {"label": _("Your questions"), "state": "done", "url": "#steps"},
        {"label": _("Your match"), "state": "current"},
        {"label": _("Your time"), "state": "next"},
    ],
    "figures": [
        {"label": _("Appointments today"), "value": 12, "url": "#figures"},
        {"label": _("Letters waiting"), "value": 4, "note": _("the oldest for 2 days")},
        {"label": _("Texts that failed"), "value": 0},
    ],
    "weeks": [("Mar 3", 14), ("Mar 10", 22), ("Mar 17", 18), ("Mar 24", 27)],
}
