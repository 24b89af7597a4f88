"""The fixed words of the chatbot. Whatever it says that is not quoted stands here, written by people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOTICE = _("This is an automated search, not a person and not therapy. It quotes what our clinicians have written.")
NOTICE_SEARCH = _(
    "This is an automated search, not a person and not therapy. It lists posts that may bear on your words."
)
KEEPING = _(
    "What you ask here is kept encrypted for 30 days, so that you can ask on. Our editors read questions that our "
    "posts did not answer, without knowing whose they are. You can delete it at any time."
)

ANSWER = _("This is what our clinicians have written about it.")
ANSWER_SAMPLE = _("This is what our sample posts say about it. No clinician has reviewed them.")
CLOSEST = _("We have nothing approved that answers this. The closest our clinicians have written:")
CLOSEST_SAMPLE = _("We have nothing that answers this. These sample posts come closest:")
NOTHING = _("We have nothing approved on that yet, and we do not guess.")
FOUND = _("These posts may bear on it.")
NOTHING_FOUND = _("We found no post on that.")
PEOPLE = _("You can write to the column, find someone to talk to, or call us.")
NOT_IN_SPANISH = _("We have nothing in Spanish on that yet. These posts in English may help:")
NOTHING_IN_SPANISH = _("We have nothing in Spanish that answers this yet, and we do not guess.")
OTHER_LANGUAGE = _("We can answer in English and Spanish only. Please ask again in one of them, or call us.")
AFTER_CRISIS = _("You wrote earlier about something that may be an emergency. These lines stay here for you.")

DECLINED: dict[str, Promise] = {
    "dosing": _(
        "We do not answer questions about medicines, doses or changing them. Please ask whoever prescribed it, or a "
        "pharmacist. If someone took too much, call 911 now."
    ),
    "diagnosis": _(
        "We cannot say what someone has. That takes a talk with a clinician who can ask back. A first talk with one of "
        "ours is free."
    ),
    "records": _(
        "We say nothing here about clients, letter writers or anyone's records, not even whether they exist. For your "
        "own records, please call us."
    ),
    "steering": _("We only quote what our clinicians have approved, whoever asks and however."),
    "out_of_scope": _(
        "That is not something we write about. We answer questions about stress, mood, worry, sleep, loss, family "
        "and therapy."
    ),
}

BOOKING = _("A person will help you with that. Answer a few questions and see who fits and when they are free.")
BOOKING_CHANGE = _("To move or cancel an appointment, use the link in your confirmation, or call us.")

BOT: Promise = _(
    "This is an automated search. It is not a person and not a therapist. It finds passages in posts our clinicians "
    "have written and quotes them, with links. It writes nothing of its own. What you ask is kept encrypted for 30 "
    "days, and you can delete it at any time."
)
SMALLTALK = _("Hello. Ask a question in your own words, and we look for what our clinicians have written about it.")
THANKS = _("You are welcome. Take care, and come back whenever you like.")
LETTERS = _(
    "You can write a letter to the column. We read every letter. We cannot answer each one, and we never answer "
    "privately with advice."
)
LINES = _("These people answer at any hour. You do not have to be sure that it is bad enough.")
FACTS = _("Here is what we can tell you about the practice.")


def all_words() -> list[Promise]:
    """Every fixed text of the chatbot, for whoever checks that it says nothing else."""
    alone = [words for name, words in globals().items() if name.isupper() and isinstance(words, Promise)]
    return [*alone, *DECLINED.values()]
