"""JSON in, read so that no body costs more than a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from notify.api.problems import TooLarge

DEEPEST = 20
"""How many arrays and objects may stand inside each other; what we read needs three."""


class StrictJSONParser(JSONParser):
    """RFC 8259 JSON in UTF-8, of limited size and depth, of whole characters and finite numbers."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises ParseError or TooLarge with a sentence for the caller."""
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # One byte more than is allowed shows that there is more, whatever Content-Length says.
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(limit)
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
            # A lone surrogate cannot be written as UTF-8: not to the database, nor in our answer.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except json.JSONDecodeError as error:
            raise ParseError(
                _("This is not JSON. Look at line %(line)d, column %(column)d.")
                % {"line": error.lineno, "column": error.colno}
            ) from None
        except UnicodeError:
            raise ParseError(
                _("Some characters are not whole. Send the text as UTF-8, without lone surrogates.")
            ) from None
        except ValueError:
            raise ParseError(_("A number is too long, or is no number.")) from None
        except RecursionError:
            raise ParseError(_too_deep()) from None
        if not _at_most(DEEPEST, value):
            raise ParseError(_too_deep())
        return value


def _too_deep() -> str:
    return _("Too many arrays or objects inside each other.")


def _at_most(depth: int, value: Any) -> bool:
    """Whether no more than ``depth`` arrays and objects stand inside each other."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_at_most(depth - 1, one) for one in inner)


def _refuse_constant(name: str) -> NoReturn:
    # NaN and Infinity are Python's, not JSON's (RFC 8259 section 6).
    raise ValueError(name)
