"""Planning: what is to be published or retracted at an hour, by the same rules as by hand."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import notifying, publishing
from advice.models import Plan, Post, Revision
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import User

MOST_AT_ONCE = 50
Deed = Plan.Deed


class AlreadyPlanned(Refused):
    code = "already_planned"
    message = _("That is planned for another hour already. Call that off first.")


class HourHasPassed(Refused):
    code, status = "hour_has_passed", 422
    message = _("Choose an hour that is still to come.")


class NothingPlanned(Refused):
    code = "nothing_planned"
    message = _("That was done, refused or called off already.")


@transaction.atomic
def plan_publication(*, post: Post, by: User, at: datetime) -> Plan:
    """Publish the newest revision at that hour (aware), if it may be published now and then.

    Raises what publishing it now would, HourHasPassed or AlreadyPlanned.
    """
    revision = publishing.publishable(post=post, by=by)
    return _plan(post, by, at, deed=Deed.PUBLISH, revision=revision)


@transaction.atomic
def plan_retraction(*, post: Post, by: User, at: datetime, reason: str) -> Plan:
    """Take the post away at that hour (aware), and tell readers why.

    Raises NotPossible, HourHasPassed or AlreadyPlanned.
    """
    if not post.is_public:
        raise publishing.NotPossible
    return _plan(post, by, at, deed=Deed.RETRACT, reason=publishing.sentence(reason))


@transaction.atomic
def call_off(*, plan: Plan, by: User) -> Plan:
    """End a plan before its hour; raises NothingPlanned."""
    plan = _open(plan)
    plan.ended_at, plan.ended_by = timezone.now(), by
    plan.save(update_fields=["ended_at", "ended_by"])
    _note(plan, by, "called off")
    return plan


def carry_out_due() -> int:
    """Do all whose hour has come, each in a transaction of its own; returns how many. Rivals do each once."""
    due = list(Plan.objects.due().values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(_carry_out(pk) for pk in due)


@transaction.atomic
def _carry_out(pk: int) -> bool:
    plan = Plan.objects.select_for_update(of=("self",)).select_related("post", "revision", "planned_by").get(pk=pk)
    if plan.ended_at is not None:
        return False
    try:
        with transaction.atomic():
            _do(plan)
    except Refused as refusal:
        plan.refused = refusal.code[:40]
        _tell(plan, refusal)
    plan.ended_at = timezone.now()
    plan.save(update_fields=["ended_at", "refused"])
    return True


def _do(plan: Plan) -> None:
    """As by hand, in the name of whoever planned it, and by today's rules."""
    if plan.deed == Deed.PUBLISH:
        publishing.publish(post=plan.post, by=plan.planned_by, revision=plan.revision)
    else:
        publishing.retract(post=plan.post, by=plan.planned_by, reason=plan.reason)


def _plan(
    post: Post, by: User, at: datetime, *, deed: Plan.Deed, revision: Revision | None = None, reason: str = ""
) -> Plan:
    if at <= timezone.now():
        raise HourHasPassed
    plan = Plan(post=post, deed=deed, revision=revision, reason=reason, at=at, planned_by=by)
    with refusing("post_has_one_plan_a_deed", AlreadyPlanned), refusing("advice_plan.post_id", AlreadyPlanned):
        plan.save(force_insert=True)
    _note(plan, by, "planned")
    return plan


def _open(plan: Plan) -> Plan:
    plan = Plan.objects.select_for_update(of=("self",)).select_related("post").get(pk=plan.pk)
    if plan.ended_at is not None:
        raise NothingPlanned
    return plan


def _note(plan: Plan, by: User, what: str) -> None:
    detail = f"for {plan.at:%Y-%m-%d %H:%M} UTC"
    auditing.note(actor=by, action=f"{plan.deed} {what}", subject=f"post {plan.post.uuid}", detail=detail)


def _tell(plan: Plan, refusal: Refused) -> None:
    """A note to whoever planned it, and in the trail: nobody waits for what will not happen."""
    action = "publication refused" if plan.deed == Deed.PUBLISH else "retraction refused"
    auditing.note(actor=None, action=action, subject=f"post {plan.post.uuid}", detail=plan.refused)
    hour = f"{timezone.localtime(plan.at):%Y-%m-%d %H:%M %Z}"
    notifying.tell(
        post=plan.post,
        readers=[plan.planned_by],
        key=f"plan:{plan.pk}:refused",
        subject="A planned step with a post was not taken",
        words=f"{plan.get_deed_display()}, planned for {hour}: {refusal.message}",
    )
