"""Which form an answer has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation


class Negotiation(DefaultContentNegotiation):
    """The framework's own, except that a form that is not to be had is no missing address."""

    def filter_renderers(self, renderers: Iterable[Any], format: str) -> Any:  # noqa: A002 - the framework's name
        """Those that make the form which the query's ``format`` names. Raises NotAcceptable (406)."""
        try:
            return super().filter_renderers(renderers, format)
        except Http404:
            raise NotAcceptable from None
