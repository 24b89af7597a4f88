"""The two kinds of session a practice begins with: the free matchmaking and the initial session, both by video."""

from django.db import migrations

FIRST = [
    {
        "slug": "matchmaking",
        "name": "Free matchmaking",
        "name_es": "Primera consulta gratis",
        "minutes": 30,
        "buffer_after": 0,
        "step": 30,
        "notice": 120,
        "horizon_days": 30,
        "price_text": "Free",
        "is_matchmaking": True,
        "once_per_person": True,
        "move_notice": 120,
        "cancel_notice": 120,
        "position": 1,
    },
    {
        "slug": "initial",
        "name": "Initial session",
        "name_es": "Primera sesión",
        "minutes": 50,
        "buffer_after": 10,
        "step": 30,
        "notice": 1440,
        "horizon_days": 60,
        "price_text": "$150",
        "position": 2,
    },
]


def add(apps, schema_editor):
    session_types = apps.get_model("booking", "SessionType").objects
    for fields in FIRST:
        session_types.get_or_create(slug=fields["slug"], defaults=fields)


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
