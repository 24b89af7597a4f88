"""What the desk is shown of a letter that could point to its writer."""

from itertools import pairwise

import pytest

from advice import identifying
from advice.identifying import Kind


def found(text, **more):
    return [(text[mark.start : mark.end], mark.kind) for mark in identifying.find(text, **more)]


@pytest.mark.parametrize(
    ("text", "marked", "kind"),
    [
        ("Write to maria.l@example.com.", "maria.l@example.com", Kind.CONTACT),
        ("See www.maria.example/me today.", "www.maria.example/me", Kind.CONTACT),
        ("I am @maria_sleeps there.", "@maria_sleeps", Kind.CONTACT),
        ("Call (330) 555-0199 at night.", "(330) 555-0199", Kind.CONTACT),
        ("It began on March 3, 2024.", "March 3, 2024", Kind.DATE),
        ("Empezó el 5 de mayo de 2021.", "5 de mayo de 2021", Kind.DATE),
        ("Since 3/14/2024 I wait.", "3/14/2024", Kind.DATE),
        ("We moved in 2019.", "2019", Kind.DATE),
        ("I am 34 and tired.", "34", Kind.AGE),
        ("My 45-year-old sister left.", "45-year-old", Kind.AGE),
        ("Tengo treinta y cuatro años.", "treinta y cuatro años", Kind.AGE),
        ("I (34F) feel lost.", "(34F)", Kind.AGE),
        ("She turned forty then.", "forty", Kind.AGE),
        ("I am in my early forties.", "in my early forties", Kind.AGE),
        ("We live at 12 Maple Street now.", "12 Maple Street", Kind.PLACE),
        ("We moved, OH is new.", "OH", Kind.PLACE),
        ("I work for Walmart.", "Walmart", Kind.PLACE),
        ("The University of Dayton wrote.", "University of Dayton", Kind.PLACE),
        ("Nashville is loud.", "Nashville", Kind.PLACE),
        ("Vivo cerca de Guadalajara.", "Guadalajara", Kind.PLACE),
        ("Our code is 44301.", "44301", Kind.PLACE),
        ("My boss Mr. Smith shouts.", "Smith", Kind.NAME),
        ("My name is Maria Lopez.", "Maria Lopez", Kind.NAME),
        ("maria never calls.", "maria", Kind.NAME),
        ("Me llamo Lucía.", "Lucía", Kind.NAME),
        ("Then Grace left.", "Grace", Kind.NAME),
        ("I met James's brother.", "James's", Kind.NAME),
        ("We owe $14,000 to them.", "$14,000", Kind.NUMBER),
        ("We sent 120 letters.", "120", Kind.NUMBER),
    ],
)
def test_what_points_to_somebody_is_marked_as_what_it_is(text, marked, kind):
    assert found(text) == [(marked, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Dear column, somebody at my work raises their voice at me.",
        "Will you help me? May I ask? Hope is hard. Grace is hard, too.",
        "On Monday I stayed in bed. I am 90% sure. I think God is angry, and Mom agrees.",
        "My ADHD and OCD are loud at Christmas.",
        "Querida columna: no duermo. ¿Qué hago? Mamá llora.",
        "",
    ],
)
def test_what_points_to_nobody_is_left_alone(text):
    assert found(text) == []


def test_marks_never_overlap_and_the_pieces_are_the_whole_text():
    text = "My name is Maria Lopez, 34 years old, of 12 Maple Street, Akron, OH 44301, since March 3, 2024."

    marks = identifying.find(text)

    assert all(one.end <= other.start for one, other in pairwise(marks))
    assert "".join(piece.text for piece in identifying.pieces(text, marks)) == text
    assert all(mark.reason for mark in marks)


def test_a_word_that_told_of_somebody_in_the_raw_letter_is_found_in_the_new_one_in_any_case():
    raw = "My manager Mr Okonkwo at Walmart in Akron shouts."
    known = identifying.telling(raw)

    assert known == {"okonkwo", "walmart", "akron"}
    assert found("somebody like okonkwo shouts in akron", known=known) == [
        ("okonkwo", Kind.NAME),
        ("akron", Kind.NAME),
    ]


@pytest.mark.parametrize(
    "text", ["A" * 20_000, "Aa " * 7_000, "1 " * 10_000, "at " * 7_000, "é" * 20_000, "(" * 20_000]
)
def test_a_hostile_letter_is_read_to_its_end(text):
    pieces = identifying.pieces(text, identifying.find(text))

    assert "".join(piece.text for piece in pieces) == text
