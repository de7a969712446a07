"""Who may publish, and the group that makes somebody an editor: created once, with what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAME = "Editors"
PERMISSIONS = ("add_alert", "change_alert", "view_alert", "publish_alert")
PERMISSION = "alerts.publish_alert"


def may_publish(user: User) -> bool:
    """Whether people may be told in this user's name: active staff with the permission."""
    return user.is_active and user.is_staff and user.has_perm(PERMISSION)


def create_group(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """Make the group after a migration, unless it is there: what an operator changed stays changed."""
    # Permissions are made by a receiver that may come later; made twice is made once.
    create_permissions(sender, verbosity=0, using=using)
    ContentType.objects.clear_cache()
    group, created = Group.objects.using(using).get_or_create(name=NAME)
    if created:
        wanted = Permission.objects.using(using).filter(
            content_type__app_label=sender.label, codename__in=PERMISSIONS
        )
        group.permissions.set(wanted)
