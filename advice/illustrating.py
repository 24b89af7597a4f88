"""Illustrating: the pictures that posts may show are taken in here alone, and kept by what they are."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from advice import pictures
from advice.models import Picture
from advice.pictures import NoPicture
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

LARGEST, LONGEST_SIDE = 600_000, 2400  # bytes; pixels


class BadPicture(Refused):
    code, status = "bad_picture", 400
    message = _("Choose a picture that is a PNG or JPEG file of at most 600 kB and 2400 pixels on its longer side.")


@transaction.atomic
def take(*, data: bytes, by: User | None = None) -> Picture:
    """Keep a picture, without whatever its file said besides; the same picture is kept once. Raises BadPicture."""
    if len(data) > LARGEST:
        raise BadPicture
    try:
        clean = pictures.clean(data, longest_side=LONGEST_SIDE)
    except NoPicture:
        raise BadPicture from None
    fresh = {"data": clean.data, "width": clean.width, "height": clean.height, "added_by": by}
    picture, is_new = Picture.objects.get_or_create(file=clean.file, defaults=fresh)
    if is_new:
        auditing.note(actor=by, action="picture added", subject=f"picture {picture.file[:12]}")
    return picture
