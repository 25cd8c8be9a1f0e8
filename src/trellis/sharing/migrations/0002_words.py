from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trellis.sharing.wording import INDEX


def index(apps: StateApps, schema: BaseDatabaseSchemaEditor) -> None:
    """The index of words, as this engine keeps one."""
    for statement in INDEX[schema.connection.vendor]:
        schema.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordWords",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("record", models.UUIDField(unique=True)),
                ("words", models.TextField()),
            ],
        ),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
