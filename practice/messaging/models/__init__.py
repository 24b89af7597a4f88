"""Who is written to, what they agreed to, what goes out and what comes in."""

from practice.messaging.models.contacts import Channel, Consent, Contact, OptOut
from practice.messaging.models.inbound import InboundText
from practice.messaging.models.incidents import Incident
from practice.messaging.models.messages import Message, Receipt

__all__ = ["Channel", "Consent", "Contact", "InboundText", "Incident", "Message", "OptOut", "Receipt"]
