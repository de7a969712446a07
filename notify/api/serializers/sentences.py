"""The framework's own sentences that our fields use, named here so that our catalogue holds them.

Its Swedish is partial, and says "dictionary" and "slug" to people who have never met one. This app
comes before the framework in INSTALLED_APPS, so what our catalogue says is what is said.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

OF_THE_FRAMEWORK = (
    _("This field is required."),
    _("This field may not be null."),
    _("This field may not be blank."),
    _("Not a valid string."),
    _("Ensure this field has no more than {max_length} characters."),
    _("A valid integer is required."),
    _("Ensure this value is less than or equal to {max_value}."),
    _("Ensure this value is greater than or equal to {min_value}."),
    _("String value too large."),
    _('Expected a list of items but got type "{input_type}".'),
    _("This list may not be empty."),
    _("Ensure this field has no more than {max_length} elements."),
    _('Expected a dictionary of items but got type "{input_type}".'),
    _("This dictionary may not be empty."),
    _("Must be a valid boolean."),
    _('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _("Null characters are not allowed."),
)
