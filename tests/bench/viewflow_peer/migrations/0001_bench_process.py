# mypy: disable-error-code="import-not-found, misc"
"""The proxy model of the bench's process; it adds no table."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("viewflow", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            name="BenchProcess",
            fields=[],
            options={"proxy": True},
            bases=("viewflow.process",),
        ),
    )
