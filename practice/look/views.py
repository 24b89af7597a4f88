"""The style guide, and the pages that say in plain words what went wrong."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Both for a page one may not see and, with a `reason`, for a form that came without its token."""
    return render(request, "403.html", {"form_expired": bool(reason)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context and without base page: whatever broke may be what they are made of."""
    return HttpResponseServerError(loader.get_template("500.html").render())


class ExampleForm(forms.Form):
    """One field of each kind, for the style guide."""

    name = forms.CharField(label=_("What should we call you?"), help_text=_("A first name or a nickname is fine."))
    phone = forms.CharField(
        label=_("Phone number"), required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    day = forms.DateField(label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(label=_("Where do you live?"), choices=[("", _("Choose a state")), ("NY", "New York"), ("OR", "Oregon")])
    sleep = forms.ChoiceField(
        label=_("In the last two weeks, how often did you sleep badly?"),
        choices=[("0", _("Not at all")), ("1", _("Several days")), ("2", _("More than half the days")), ("3", _("Nearly every day"))],
        widget=forms.RadioSelect,
    )
    times = forms.MultipleChoiceField(
        label=_("When could you talk?"),
        help_text=_("Choose all that suit you."),
        required=False,
        choices=[("morning", _("Mornings")), ("afternoon", _("Afternoons")), ("evening", _("Evenings"))],
        widget=forms.CheckboxSelectMultiple,
    )
    more = forms.CharField(label=_("Is there anything we should know?"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label=_("You may text me about this appointment."))


def style_guide(request: HttpRequest) -> HttpResponse:
    form = ExampleForm({"name": "", "phone": "555", "sleep": "1", "state": "NY"})
    form.add_error("phone", _("Enter a phone number with area code, like 202 555 0143."))
    context = {"form": form, "plain": ExampleForm(prefix="plain"), **_examples()}
    return render(request, "styleguide.html", context)


def _examples() -> dict[str, Any]:
    today = date.today()  # noqa: DTZ011 - an example, true in any zone
    days = [today + timedelta(days=n) for n in range(7)]
    time = {"name": "slot", "value": "1"}
    return {
        "today": today,
        "next_year": today + timedelta(days=365),
        "held_until": now() + timedelta(minutes=9),
        "page": Paginator(range(90), 10).page(2),
        "lines": [
            {
                "name": _("988 Suicide & Crisis Lifeline"),
                "for_whom": _("Anyone in the United States, in English or Spanish"),
                "hours": _("Day and night"),
                "channels": [{"label": _("Call 988"), "href": "tel:988"}, {"label": _("Text 988"), "href": "sms:988"}],
            },
        ],
        "columns": [{"label": _("Client")}, {"label": _("When")}, {"label": _("With")}, {"label": _("Minutes"), "numeric": True}],
        "rows": [
            [{"text": "Ash P.", "url": "#tables"}, _("Today, 3:00 PM"), "Dana Reyes", 30],
            [{"text": "Wren K.", "url": "#tables"}, _("Today, 4:30 PM"), "Dana Reyes", 50],
        ],
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
        "picker": {
            "zone": _("Eastern time"),
            "zone_url": "#times",
            "earliest": [{"label": _("Today, 3:00 PM"), "detail": _("with Dana Reyes"), **time}],
            "days": [
                {"date": day, "count": (3 * n) % 5 + (n == 0), "url": "#times", "current": n == 0} for n, day in enumerate(days)
            ],
            "groups": [
                {"name": _("Morning"), "times": [{"label": label, **time} for label in ("9:00 AM", "9:30 AM", "11:00 AM")]},
                {"name": _("Afternoon"), "times": [{"label": label, "detail": "Dana Reyes", **time} for label in ("1:00 PM", "3:00 PM")]},
                {"name": _("Evening"), "times": [{"label": "6:30 PM", **time}]},
            ],
        },
        "turn": {
            "question": _("I lie awake and go over the day again and again. What helps?"),
            "parts": [
                {
                    "text": _("Many people find it easier when the worrying gets a time of its own, earlier in the evening."),
                    "citations": [{"number": 1, "url": "#source-1", "title": _("When worry keeps you up")}],
                },
                {
                    "text": _("If you are still awake after a while, get up, keep the light low, and go back when you are sleepy."),
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
                {"number": 2, "title": _("Sleep, plainly"), "url": "#chat", "quote": _("A bed is for sleeping."), "status": "sample"},
            ],
            "feedback_url": "#chat",
            "person_url": "#chat",
        },
        "phone": {
            "name": "Ash",
            "number": "(202) 555-0143",
            "messages": [
                {"body": _("Harbor Lane: you are booked for Tue 3:00 PM ET. Reply C to confirm or X to cancel."), "when": "2:14 PM"},
                {"body": "C", "when": "2:15 PM", "sent": True},
            ],
            "reply_url": "#phone",
        },
        "headings": [
            {"id": "letter", "text": _("The letter")},
            {"id": "reply", "text": _("Our reply"), "children": [{"id": "tonight", "text": _("What to try tonight")}]},
        ],
        "takeaways": [_("Worry is loudest when nothing else is."), _("A set time for it keeps it out of the night.")],
        "references": [
            {
                "kind": _("Guidelines"),
                "references": [
                    {
                        "number": 1,
                        "authors": "National Institute for Health and Care Excellence",
                        "title": _("An example of a guideline's title"),
                        "publisher": "NICE",
                        "year": 2024,
                        "url": "https://www.nice.org.uk/",
                        "accessed_on": today,
                    }
                ],
            }
        ],
        "questions": [
            {"question": _("Do I need a referral?"), "answer": _("No. You can book the first talk yourself, and it is free.")},
            {"question": _("What if the first match is not right?"), "answer": _("Tell us, and we find someone else with you.")},
        ],
        "related": [{"title": _("When worry keeps you up"), "url": "#post"}, {"title": _("Sleep, plainly"), "url": "#post"}],
        "audiences": [
            {"label": _("Plain words"), "url": "#post", "current": True},
            {"label": _("Clinical"), "url": "#post"},
        ],
        "figures": [
            {"label": _("Appointments today"), "value": 12, "url": "#figures"},
            {"label": _("Letters waiting"), "value": 4, "note": _("the oldest for 2 days")},
            {"label": _("Texts that failed"), "value": 0},
        ],
        "weeks": [("Mar 3", 14), ("Mar 10", 22), ("Mar 17", 18), ("Mar 24", 27)],
    }
