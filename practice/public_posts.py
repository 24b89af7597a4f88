"""Anonymous POSTs that act for no signed-in person: no cookie, no CSRF token.

Their right to act is the signed link in the address, the signature of the request, or nothing but good manners;
doors.OriginOrToken checks where they come from.
"""

PUBLIC_POSTS = frozenset(
    {
        "advice:ask",
        "advice:chat_carry",
        "advice:chat_delete",
        "advice:chat_person",
        "advice:chat_rate",
        "advice:letter",
        "advice:letter_fate",
        "api:ask",
        "api:appointments",
        "api:appointment_move",
        "api:appointment_cancel",
        "api:intakes",
        "api:screenings",
        "api:waitlist",
        "booking:find",
        "booking:intake_step",
        "booking:hold",
        "booking:details",
        "booking:manage",
        "booking:move",
        "booking:cancel",
        "booking:join",
        "booking:settle",
        "booking:wish",
        "booking:proposals",
        "booking:check",
        "booking:intake_check",
        "booking:keep_check",
        "booking:coming",
        "booking:code",
        "booking:series",
        "booking:series_leave",
        "booking:series_offer",
        "booking:waiting",
        "booking:waitlist",
        "booking:waitlist_offer",
        "messaging:text_lines",
        "messaging:call_me",
        "messaging:opt_in",
        "messaging:preferences",
        "sms:inbound",
        "sms:status",
        "demo:phone",
    }
)
