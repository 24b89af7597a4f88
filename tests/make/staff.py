"""Staff, clinicians with licences, reviewers."""

from datetime import date, timedelta
from itertools import count

from practice.staff.models import Clinician, Licence, Reviewer, User

number = count(1)


def user(**fields):
    """Someone who works here; roles by keyword, as is_front_desk=True."""
    n = next(number)
    return User.objects.create_user(
        f"staff{n}@example.test", "correct horse", **{"name": f"Staff {n}", "is_staff": True} | fields
    )


def clinician(*, states=("NY",), expires_on=None, user=None, **fields):
    """A clinician for adults, in New York's time zone unless told, licensed in `states`."""
    n = next(number)
    made = Clinician.objects.create(
        **{
            "slug": f"clinician-{n}",
            "name": f"Clinician {n}",
            "credentials": "LCSW",
            "languages": ["en"],
            "specialities": ["anxiety", "stress"],
            "ages": ["adult"],
            "kinds": ["self"],
            "user": user,
        }
        | fields
    )
    for state in states:
        licence(made, state, expires_on=expires_on)
    return made


def licence(clinician, state, *, expires_on=None, **fields):
    today = date.today()
    return Licence.objects.create(
        clinician=clinician,
        state=state,
        number=f"{state}-{next(number)}",
        **{
            "kind": "Licensed Clinical Social Worker",
            "starts_on": today - timedelta(days=900),
            "expires_on": expires_on or today + timedelta(days=700),
        }
        | fields,
    )


def reviewer(**fields):
    """Someone who may sign what the column publishes."""
    n = next(number)
    return Reviewer.objects.create(
        user=fields.pop("user", None) or user(name=f"Reviewer {n}"),
        **{
            "slug": f"reviewer-{n}",
            "name": f"Reviewer {n}",
            "credentials": "PhD",
            "licence_kind": "Licensed Psychologist",
            "licence_state": "NY",
            "licence_number": f"PSY-{n}",
            "licence_expires_on": date.today() + timedelta(days=700),
        }
        | fields,
    )
