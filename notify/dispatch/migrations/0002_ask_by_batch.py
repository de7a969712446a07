"""A change of a delivery's state touches no index: what is to be asked about is found by batch."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def leave_room(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Half of each page stays free for the next version of its rows, which then needs no index
    entry and no vacuum: each delivery changes three times within minutes."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE dispatch_delivery SET (fillfactor = 50)')


def fill_pages(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Back to what it was."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE dispatch_delivery RESET (fillfactor)')


def ask_about_what_is_unsettled(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Batches of before have something to ask about if anything in them is not final."""
    unsettled = apps.get_model('dispatch', 'Delivery').objects.filter(
        state__in=['sending', 'in_doubt', 'sent']
    )
    apps.get_model('dispatch', 'Batch').objects.filter(
        pk__in=unsettled.order_by().values('batch')
    ).update(ask_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('dispatch', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='delivery',
            name='dispatch_de_batch_i_987edb_idx',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_unsettled',
        ),
        migrations.AddField(
            model_name='batch',
            name='ask_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(ask_about_what_is_unsettled, migrations.RunPython.noop),
        migrations.RunPython(leave_room, fill_pages),
        migrations.AlterField(
            model_name='delivery',
            name='dispatch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='dispatch.dispatch'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('ask_at__isnull', False)), fields=['ask_at'], name='batch_to_ask_about'),
        ),
    ]
