"""Entering: what somebody told one of us by voice about texts: a STOP, or a yes. Who entered it is kept."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from practice.messaging import consenting, texts
from practice.messaging.models import Channel, Consent, Contact, OptOut
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User


class How(models.TextChoices):
    PHONE = "phone", _("On the phone")
    PERSON = "person", _("In person")
    PAPER = "paper", _("On a signed form")


class NoNumber(Refused):
    code, status = "no_number", 409
    message = _("There is no number to text here.")


class OnlyTheyCanStart(Refused):
    code, status = "only_they_can_start", 409
    message = _("This number texted STOP. Only START, texted from that very phone, opens it again.")


@transaction.atomic
def stop(*, contact: Contact, actor: User) -> bool:
    """End every text to this contact's number, as they told `actor`; False where it was so already. Raises NoNumber.

    The law lets people end texts in any reasonable way (47 CFR 64.1200(a)(10)); telling us is one.
    """
    if not contact.number:
        raise NoNumber
    is_new = consenting.opt_out(number=contact.number, source=OptOut.Source.STAFF)
    if is_new:
        auditing.note(actor=actor, action="texts ended", subject=f"contact {contact.pk}")
    return is_new


@transaction.atomic
def agree(*, contact: Contact, how: str, actor: User) -> Consent:
    """Keep that they agreed to the wording `actor` read to them, and how; raises NoNumber or OnlyTheyCanStart."""
    if not contact.number:
        raise NoNumber
    if contact.opted_out:
        raise OnlyTheyCanStart
    auditing.note(actor=actor, action="consent to texts entered", subject=f"contact {contact.pk}", detail=how)
    Contact.objects.filter(pk=contact.pk).update(wants_texts=True)
    return consenting.consent(
        contact=contact,
        channel=Channel.TEXT,
        wording=texts.consent_wording("opt_in", contact.language),
        version=texts.CONSENT_VERSION,
        source="entered by staff",
        entered_by=actor,
        proof=str(How(how).label),
    )
