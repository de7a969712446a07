"""Areas, chosen from a list that is grouped by municipality."""

from __future__ import annotations

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Area
from notify.console.area_list import AreaGroup, grouped


class AreasForm(forms.Form):
    """Where something is, as ``console/parts/where.html`` shows it."""

    areas = forms.ModelMultipleChoiceField(
        label=_("Areas"),
        queryset=Area.objects.filter(active=True),
        to_field_name="code",
        error_messages={
            "required": _("Choose at least one area."),
            "invalid_choice": _("There is no area “%(value)s”. Choose from the list."),
            "invalid_list": _("Choose areas from the list."),
        },
    )

    @property
    def held(self) -> set[str]:
        """Codes of areas that cannot be taken away again."""
        return set()

    @property
    def area_groups(self) -> list[AreaGroup]:
        """The areas to choose from, with those chosen marked."""
        return grouped(self.listed_areas, chosen=self._chosen(), held=self.held)

    @cached_property
    def listed_areas(self) -> list[Area]:
        """Every area that can be chosen."""
        return list(Area.objects.filter(active=True))

    def _chosen(self) -> set[str]:
        values = self["areas"].value() or []
        return {str(getattr(value, "code", value)) for value in values} | self.held
