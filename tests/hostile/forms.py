"""Each door where anybody may write, and what a careful visitor or program sends to it."""

from datetime import timedelta
from urllib.parse import quote

from django.utils import timezone

from advice import conversing
from booking.intake import carrying, scoring
from tests import make

REACH = {"name": "Alex", "phone": "(202) 555-0188", "email": "", "contact_ok": "on", "text_ok": "on"}

WISH = {"days": "wed", "parts": "morning", "since": "", "until": ""}


def forms(world):
    """Each anonymous form: its address and what a careful visitor sends."""
    soon = timezone.now().date() + timedelta(days=2)
    asked = {"type": world.kind.slug, "state": "NY", "age": "adult", "day": str(soon)}
    search = "&".join(f"{key}={quote(value)}" for key, value in asked.items())
    links = world.links
    slot = {"slot": world.slot}
    chat = conversing.ask(text="how do I sleep", language="en").token
    return {
        "advice:ask": ("/ask/", {"text": "how do I sleep", "post": "a-post", "chat": chat, "safe": ""}),
        "advice:chat_rate": ("/ask/helpful/", {"chat": chat, "turn": "1", "helpful": "no", "lacking": "person"}),
        "advice:chat_carry": ("/ask/carry/", {"chat": chat}),
        "advice:chat_delete": ("/ask/delete/", {"chat": ""}),
        "advice:chat_person": (
            "/ask/person/",
            {"words": "hello", "name": "Al", "reach": "mail", "email": "a@example.org", "agrees": "on", "chat": chat},
        ),
        "advice:letter": (
            "/advice/write/",
            {"pen_name": "Awake", "topic": "", "body": "I lie awake.", "age_band": "18-plus"},
        ),
        "advice:newsletter": (
            "/newsletter/",
            {"email": "reader@example.test", "wants": "answers", "rhythm": "monthly", "website": ""},
        ),
        "advice:newsletter_choices": (
            f"/newsletter/{links['newsletter']}/",
            {"wants": "news", "rhythm": "each", "language": "en"},
        ),
        "advice:newsletter_confirm": (f"/newsletter/confirm/{links['newsletter/confirm']}/", {}),
        "advice:newsletter_leave": (f"/newsletter/{links['newsletter']}/leave/", {}),
        "advice:letter_fate": (f"/letters/{links['letters']}/", {"do": "withdraw"}),
        "booking:find": ("/find/", {"type": "initial", "result": carrying.seal(scoring.GAD_2, [1, 1])}),
        "booking:intake_step": (f"/find/{links['find']}/reach/", REACH),
        "booking:hold": (f"/book/hold/?{search}", slot),
        "booking:details": (f"/book/details/?{search}", REACH | slot),
        "booking:manage": (f"/a/{links['a']}/", {"do": "confirm"}),
        "booking:move": (f"/a/{links['a']}/move/", slot),
        "booking:cancel": (f"/a/{links['a']}/cancel/", {}),
        "booking:settle": (f"/a/{links['yes']}/yes/", {}),
        "booking:wish": ("/book/wish/", REACH | {"type": "family", "state": "NY", "words": "Mondays"}),
        "booking:proposals": (f"/a/{links['times']}/times/", {"do": "again", "words": "Fridays", "time": ""}),
        "booking:join": (
            f"/a/{links['join']}/join/",
            {"same": "no", "state": "NY", "street": "12 Long Street", "number": "(202) 555-0188", "keep": "on"},
        ),
        "booking:check": ("/screening/gad-7/", {f"item{n}": "1" for n in range(1, 8)}),
        "booking:intake_check": (
            f"/find/{links['find']}/screening/gad-7/",
            {f"item{n}": "1" for n in range(1, 8)} | {"go": ""},
        ),
        "booking:keep_check": (
            f"/find/{links['find']}/screening/keep/",
            {"result": carrying.seal(scoring.GAD_7, [1] * 7), "remove": ""},
        ),
        "booking:coming": (f"/a/{links['coming']}/all/", {"appointment": str(world.booked.pk)}),
        "booking:code": (f"/a/{links['coming']}/all/{world.code.pk}/", {"figures": "123456"}),
        "booking:waitlist": (f"/book/waitlist/?{search}", REACH | WISH),
        "booking:waiting": (f"/w/{links['w']}/", {"do": "leave"}),
        "booking:waitlist_offer": (f"/o/{links['o']}/", {"do": "accept"}),
        "booking:series": (f"/r/{links['r']}/", {"appointment": str(world.booked.pk)}),
        "booking:series_leave": (f"/r/{links['r']}/leave/", {}),
        "booking:series_offer": (f"/ro/{links['ro']}/", {"do": "accept"}),
        "messaging:text_lines": ("/crisis/text/", {"number": "(202) 555-0188", "website": "", "shown": ""}),
        "messaging:call_me": ("/crisis/call/", {"number": "(202) 555-0189", "website": "", "shown": ""}),
        "messaging:opt_in": ("/texts/", {"number": "(202) 555-0188", "name": "Alex", "agrees": "on"}),
        "messaging:preferences": (
            f"/texts/{links['texts']}/",
            {"reach": "both", "language": "en", "name": "Al", "safe_from": "10:00", "safe_until": "18:00"},
        ),
        "demo:phone": (f"/demo/phone/?phone={world.contact.pk}", {"body": "C"}),
    }


JSON_DOORS = {
    "api:ask": "/api/v1/ask/",
    "api:appointments": "/api/v1/appointments/",
    "api:appointment_move": "/api/v1/appointments/no-such/move/",
    "api:appointment_cancel": "/api/v1/appointments/no-such/cancel/",
    "api:intakes": "/api/v1/intakes/",
    "api:letters": "/api/v1/letters/",
    "api:screenings": "/api/v1/screenings/",
    "api:waitlist": "/api/v1/waitlist/",
}

SIGNED = {"sms:inbound", "sms:status", "mail_bounced"}


def careful(world):
    """What a careful program sends to each JSON door."""
    person = {
        "name": "Alex",
        "email": "",
        "phone": "(202) 555-0188",
        "timezone": "America/New_York",
        "sms_consent": True,
    }
    wish = {"session_type": world.kind.slug, "clinician": world.clinician.slug, "state": "NY"}
    lists = ("concerns", "languages_needed", "languages_preferred", "styles", "days", "parts")
    said = {"kind": "self", "age": "adult", "state": "NY", "words": "", "payment": "", "contact_consent": True}
    return {
        "api:ask": {"text": "how do I sleep", "language": "en", "history": ["why"]},
        "api:appointments": person | wish | {"starts_at": make.moment(3).isoformat()},
        "api:appointment_move": {"starts_at": make.moment(4).isoformat()},
        "api:appointment_cancel": {},
        "api:intakes": person | said | {name: [] for name in lists},
        "api:letters": {
            "pen_name": "Awake",
            "body": "I lie awake.",
            "age_band": "18-plus",
            "may_be_published": False,
            "language": "en",
            "reply_to": "",
        },
        "api:screenings": {"questionnaire": "gad-2", "answers": [1, 2]},
        "api:waitlist": person | wish | {"age": "adult", "days": ["wed"], "parts": [], "since": "", "until": ""},
    }
