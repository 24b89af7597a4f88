"""What is personal lies encrypted, and is found again only by its digest."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection

from practice import privacy
from practice.crisis.models import Alert
from practice.links.models import Link
from practice.privacy import EncryptedJSONField, EncryptedTextField


def stored(field, value):
    return field.get_prep_value(value)


def test_what_is_stored_does_not_hold_the_words():
    assert "secret" not in stored(EncryptedTextField(), "a secret worry")


def test_what_was_stored_comes_back_with_every_character(settings):
    field = EncryptedTextField()
    for text in ("plain", "é 💛 \u202e", "", "x" * 10_000):
        assert field.from_db_value(stored(field, text), None, connection) == text


def test_json_comes_back_as_it_was():
    field = EncryptedJSONField()
    value = {"concerns": ["sleep"], "when": None, "words": "añ"}
    assert field.from_db_value(stored(field, value), None, connection) == value


def test_a_new_key_in_front_still_opens_what_the_old_one_closed(settings):
    field = EncryptedTextField()
    closed = stored(field, "kept")
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert field.from_db_value(closed, None, connection) == "kept"
    assert privacy.digest("a", purpose="p") == privacy.digest("a", purpose="p")


def test_a_strange_key_opens_nothing_and_the_error_names_no_content(settings):
    field = EncryptedTextField()
    field.set_attributes_from_name("body")
    field.model = Link
    closed = stored(field, "kept")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(privacy.Unreadable, match=r"Link\.body"):
        field.from_db_value(closed, None, connection)


def test_a_digest_serves_one_purpose_only():
    assert privacy.digest("+12025550143", purpose="phone") != privacy.digest("+12025550143", purpose="limit")
    assert len(privacy.digest("x", purpose="y")) == 43


def test_an_encrypted_column_cannot_be_looked_up_by_mistake():
    with pytest.raises(FieldError, match="encrypted"):
        EncryptedTextField(name="body").get_lookup("icontains")


@pytest.mark.django_db
def test_an_encrypted_column_can_only_be_asked_whether_it_is_empty():
    assert not Alert.objects.filter(text="").exists()
    with pytest.raises(FieldError, match="empty text"):
        Alert.objects.filter(text="words").exists()
