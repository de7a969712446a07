"""How a view says that its answers are the same for everybody, and of what they depend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """topic: whose changes change the answers, a key of ``settings.KEPT_TOPICS``. query: the names
    of the query that decide. queries: the only queries, as they are written, of which answers are
    kept; empty for all. by_language: whether the visitor's language does. by_minute: whether
    words about the time do. json: whether other formats than JSON can be asked for by Accept."""

    topic: str
    query: tuple[str, ...] = ()
    queries: frozenset[str] = frozenset()
    by_language: bool = False
    by_minute: bool = False
    json: bool = False


def keep(
    topic: str,
    *,
    query: tuple[str, ...] = (),
    queries: frozenset[str] = frozenset(),
    by_language: bool = False,
    by_minute: bool = False,
    json: bool = False,
) -> Callable[[View], View]:
    """Let the view's answers be kept. The outermost decorator: it only puts ``kept`` on the view.

    What an address or a language does not decide must not show in an answer: it is rendered for a
    visitor without cookies, whose address nobody knows.
    """
    policy = Policy(topic, query, queries, by_language, by_minute, json)

    def declared(view: View) -> View:
        view.kept = policy  # type: ignore[attr-defined]
        return view

    return declared
