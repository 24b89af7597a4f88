"""Pictures as they come in: only what draws them is kept, and nothing that is none gets in."""

import base64
import zlib

import pytest

from advice import illustrating, pictures
from advice.models import Picture
from tests import make
from tests.advice.test_wordings import chunk, png

# Red to blue, 24 by 16 pixels.
JPEG = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4gHYSUNDX1BST0ZJTEUAAQEAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAA"
    "ABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1"
    "AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAP"
    "KnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADb/"
    "2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQX"
    "b4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAQABgDASIAAhEBAxEB/8QAFgABAQEA"
    "AAAAAAAAAAAAAAAAAgAE/8QAFRABAQAAAAAAAAAAAAAAAAAAAAH/xAAWAQEBAQAAAAAAAAAAAAAAAAAFAgT/xAAXEQEAAwAAAAAAAAAAAAAAAA"
    "AAAgMx/9oADAMBAAIRAxEAPwDHQp0KulvtCpVEoYPlr//Z"
)
SECRET = b"Akron 41.0814 -81.5190"
MARKS = [chunk(b"tEXt", b"Comment\0" + SECRET), chunk(b"eXIf", b"MM\0*" + SECRET), chunk(b"zTXt", SECRET)]


def exif(orientation, order="MM"):
    big = order == "MM"

    def number(value, size):
        return value.to_bytes(size, "big" if big else "little")

    entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + b"\0\0"
    body = b"Exif\0\0" + order.encode() + number(42, 2) + number(8, 4) + number(1, 2) + entry + number(0, 4) + SECRET
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def jpeg(head=b"", tail=b""):
    whole = base64.b64decode(JPEG)
    return whole[:2] + head + whole[2:] + tail


@pytest.mark.parametrize("mark", MARKS)
def test_a_png_says_nothing_but_its_picture(mark):
    clean = pictures.clean(png(extra=mark, tail=SECRET), longest_side=100)

    assert SECRET not in clean.data
    assert clean == pictures.clean(png(), longest_side=100)
    assert (clean.kind, clean.width, clean.height) == ("png", 4, 2)


@pytest.mark.parametrize("order", ["MM", "II"])
def test_a_photo_says_nothing_but_its_picture_and_which_way_is_up(order):
    comment = b"\xff\xfe" + (len(SECRET) + 2).to_bytes(2) + SECRET

    upright = pictures.clean(jpeg(exif(1, order) + comment, SECRET), longest_side=100)
    turned = pictures.clean(jpeg(exif(6, order) + comment, SECRET), longest_side=100)

    assert SECRET not in upright.data + turned.data
    assert upright == pictures.clean(jpeg(), longest_side=100)
    assert (upright.width, upright.height) == (turned.height, turned.width) == (24, 16)
    assert turned.data.count(b"Exif") == 1


@pytest.mark.parametrize("data", [png(), jpeg(), jpeg(exif(6))])
def test_a_picture_that_went_through_once_keeps_its_name_for_ever(data):
    clean = pictures.clean(data, longest_side=100)

    assert pictures.clean(clean.data, longest_side=100) == clean


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n",
        png()[:-20],
        png().replace(b"IDAT", b"IDAX"),
        png(width=101),
        png(height=101),
        png(width=0),
        png(rows=b"\0"),
        png(rows=b"\0" * 10_000_000),
        png(extra=chunk(b"acTL", b"\0" * 8)),
        png(extra=chunk(b"XXXX", b"\0" * 8)),
        png().replace(zlib.compress((b"\0" + b"\x80" * 12) * 2), b"\0" * 5),
        jpeg()[:40],
        jpeg()[:-2],
        b"\xff\xd8" + b"\xff" * 1000,
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff\xe1\0\2" * 1000,
    ],
)
def test_what_is_no_picture_of_ours_is_refused(data):
    with pytest.raises(pictures.NoPicture):
        pictures.clean(data, longest_side=100)


@pytest.mark.django_db
def test_the_same_picture_is_kept_once_and_served_as_what_it_is_for_good(client):
    first, second = illustrating.take(data=png()), illustrating.take(data=png(extra=MARKS[0]))

    answer = client.get(first.get_absolute_url())

    assert first == second == Picture.objects.get()
    assert (answer.content, answer["Content-Type"]) == (bytes(first.data), "image/png")
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(first.get_absolute_url(), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get("/advice/pictures/none.png").status_code == 404
    assert client.get("/advice/pictures/%00.png").status_code == 404


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(illustrating.BadPicture):
        illustrating.take(data=png() + b"\0" * illustrating.LARGEST, by=make.user(is_editor=True))
