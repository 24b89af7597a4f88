"""Samples of what readers ask the chatbot, so that the desk of the demonstration is not empty."""

from advice import conversing, receiving
from advice.models import Conversation, Request

# None of the samples answers these; two of them are alike.
UNANSWERED = (
    "my mother in law interferes in everything we do",
    "my mother in law meddles in our marriage",
    "I am afraid of flying and have to board a plane next week",
    "how do I help my son with stage fright",
)
READER, ADDRESS = "Sample: Lee", "lee@demo.example"


def load() -> None:
    """A few questions that wait for a post, and one reader who asks for a person, once."""
    if Conversation.objects.exists() or Request.objects.exists():
        return
    for text in UNANSWERED:
        last = conversing.ask(text=text, language="en")
    receiving.take_request(
        language="en",
        conversation=last.turn.conversation if last.turn else None,
        name=READER,
        words="Do you see teenagers in the late afternoon? I asked here first and found nothing on stage fright.",
        email=ADDRESS,
    )
