from django.db import migrations, models
import django.utils.timezone


class Migration(migrations.Migration):
    """Notes what each request with a name of its own asked for."""

    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="MadeRequest",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "request that was made",
                "verbose_name_plural": "requests that were made",
                "ordering": ["-at"],
            },
        ),
    ]
