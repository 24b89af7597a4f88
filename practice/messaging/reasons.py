"""Why a message did not arrive, in words for staff, and what they can do. Keys are ours or a carrier's codes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    words: str
    advice: str
    may_resend: bool = False


CALL = "Call them, or write a mail."
REVIEW = "Whoever set up the texting account should look at it."
REASONS = {
    # Not sent, by our own rules
    "opted_out": Reason("They texted STOP.", f"Nothing may be texted until they text START. {CALL}"),
    "no_consent": Reason("They have not agreed to texts.", "Ask them on the phone, or send them to the texts page."),
    "not_wanted": Reason("They chose not to get these.", "Leave it so; call when it matters."),
    "bad_number": Reason("Earlier texts showed that this number gets none.", f"Ask for another number. {CALL}"),
    "no_number": Reason("We have no number.", "Ask for one."),
    "no_address": Reason("We have no mail address.", "Ask for one."),
    "bad_address": Reason("Earlier mail came back from this address.", "Ask for another address."),
    "stale": Reason("It could not be sent while it was still of use.", "Call them if it still matters."),
    "quiet_hours": Reason(
        "It would have arrived at night, and by morning it would have been too late.", "No need to act."
    ),
    "no_longer_true": Reason("What it was about has changed.", "No need to act."),
    "joined": Reason("Another text of that day tells it too.", "No need to act."),
    # Nobody knows
    "stuck": Reason(
        "Our worker stopped while sending it.", "It may have arrived. Ask them before you send it again.", True
    ),
    "empty_answer": Reason(
        "The carrier's answer was empty.", "It may have arrived. Ask them before you send it again.", True
    ),
    "mail_server": Reason(
        "The mail server did not finish.", "It may have arrived. Ask them before you send it again.", True
    ),
    # Set-up
    "no_carrier": Reason(
        "No carrier for texts or mail is set up.", "Enter the carrier's account in the settings.", True
    ),
    "mail_login": Reason("The mail server refused our sign-in.", "Check the mail account in the settings.", True),
    "mail_bounced": Reason("The mail came back.", "Ask for another address."),
    "mail_recipient": Reason("The mail server does not know this address.", "Ask for another address."),
    "mail_busy": Reason("The mail server was busy for too long.", "Send it again.", True),
    "mail_header": Reason("The mail's subject could not be sent.", "Tell whoever looks after this software."),
    "carrier_busy": Reason("The carrier was busy for too long.", "Send it again, or call.", True),
    # Twilio, when it is asked
    "20003": Reason("The carrier refused our credentials. No texts go out.", f"{REVIEW} Until then, call.", True),
    "20429": Reason("Too many texts at once, for too long.", "Send it again.", True),
    "21211": Reason("This is not a phone number.", "Ask for the number again."),
    "21217": Reason("This is not a phone number.", "Ask for the number again."),
    "21408": Reason("Texts to this country are switched off.", f"{CALL} {REVIEW}"),
    "21606": Reason("Our sending number cannot send texts.", REVIEW),
    "21659": Reason("Our sending number is not ours, or not set up.", REVIEW),
    "21610": Reason("They told the carrier STOP.", f"Nothing may be texted until they text START. {CALL}"),
    "21611": Reason("The carrier's queue was full for too long.", "Send it again.", True),
    "21612": Reason("The carrier has no way to this number.", f"Ask for another number. {CALL}"),
    "21614": Reason("This number is not a mobile phone.", f"Ask for a mobile number. {CALL}"),
    "21617": Reason("The text was too long.", "Tell whoever looks after this software."),
    "21635": Reason("This number is a landline.", f"Ask for a mobile number. {CALL}"),
    # Twilio, later
    "30001": Reason("The carrier's queue was full.", "Send it again.", True),
    "30002": Reason("Our texting account is suspended. No texts go out.", f"{REVIEW} Until then, call."),
    "30003": Reason("The phone was off or out of reach.", "We tried twice. Call, or send it again.", True),
    "30004": Reason("The phone blocks our texts.", CALL),
    "30005": Reason("The number does not exist any more.", "Ask for another number."),
    "30006": Reason("A landline, or a network we cannot reach.", f"Ask for a mobile number. {CALL}"),
    "30007": Reason("The network filtered it as unwanted.", f"{CALL} {REVIEW}"),
    "30008": Reason("The network did not say why.", "We tried twice. Call.", True),
    "30034": Reason(
        "Our number is not registered for texting in the US. Texts are lost.", f"{REVIEW} Until then, call."
    ),
    "30450": Reason(
        "It was taken for an attack on our texting account.", f"{CALL} Look at the counts of requested texts."
    ),
    "30610": Reason("The carrier's own quiet hours held it back.", "Send it again in the morning.", True),
    "63038": Reason("Our account's limit for the day is used up.", REVIEW, True),
}
UNHEARD_OF = Reason("The carrier gave a reason we do not know.", f"{CALL} {REVIEW}")
UNKNOWN = Reason(
    "The connection broke while it was sent.", "It may have arrived. Ask them before you send it again.", True
)

# What a refusal tells us of the number itself.
NUMBER_IS_BAD = {"21211", "21217", "21614", "21635", "30005"}
OPTED_OUT = {"21610"}
# It is us whom the carrier refuses, not the message: nothing will go out until somebody mends the settings.
ACCOUNT_IS_REFUSED = {"20003", "30002", "30034", "21606", "21659", "mail_login"}
# The phone may be on again later: one more try, for what is still of use then.
TRY_ONCE_MORE = {"30003", "30008"}


def explain(reason: str, *, is_unknown: bool = False) -> Reason:
    """The words for this key; a code nobody here has heard of is said to be so."""
    return REASONS.get(reason) or (UNKNOWN if is_unknown else UNHEARD_OF)


# What a text is about, by the first part of its topic.
ABOUT = {
    "reminders": "Reminders of one day",
    "appointment": "An appointment",
    "series": "Recurring times",
    "code": "A code that opens a time",
    "opt-in": "Their wish for texts",
    "lines": "Crisis lines they asked for",
    "page": "An alert that waits for somebody",
    "alarm": "Trouble with the sending itself",
}


def about(topic: str) -> str:
    """What a message is about, in words for staff."""
    first = topic.partition(":")[0]
    return ABOUT.get(first, first.replace("-", " ").capitalize() or "Nothing in particular")
