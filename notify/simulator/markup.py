"""The phones pages' HTML. Everything that came from outside goes through :func:`escape` here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from string import Template
from urllib.parse import quote

from .messages import FAILED, UNDELIVERED, Message

Words = Mapping[str, str]

_PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>$title</title>
    <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/static/phones.css">
    <script src="/static/refresh.js" defer></script>
  </head>
  <body>
    <main>$content
    </main>
  </body>
</html>
""")


def phones_page(
    words: Words, latest: Sequence[Message], total: int, *, problem: str = "", written: str = ""
) -> str:
    """The start page: a phone per row with its latest message, newest first, and a form that opens any phone.

    ``problem``: what is wrong with the number ``written`` there; the page then opens at the form.
    """
    rows = "".join(_phone_row(words, message) for message in latest)
    listing = f'<ul class="phones">{rows}</ul>' if rows else f'<p class="quiet">{words["none"]}</p>'
    if total > len(latest):
        more = words["more_phones"].format(shown=len(latest), total=total)
        listing += f'<p class="quiet">{more}</p>'
    content = f"""
      <h1>{words["phones"]}</h1>
      <p class="quiet">{words["about"]}</p>
      <div data-live="start">{listing}</div>
      <form action="/phones" method="get">
        <h2>{words["open"]}</h2>
        {_problem(problem)}
        <label>{words["number"]}
          <input name="number" type="tel" autocomplete="off" required aria-describedby="number-hint"
                 value="{escape(written)}"{' aria-invalid="true" autofocus' if problem else ""}>
        </label>
        <span id="number-hint" class="quiet">{words["number_hint"]}</span>
        <button>{words["open_button"]}</button>
      </form>"""
    return _page(words, words["phones"], content)


def phone_page(
    words: Words,
    phone: str,
    messages: Sequence[Message],
    *,
    older: str,
    addresses: Sequence[str],
    problem: str = "",
    draft: str = "",
) -> str:
    """One phone: its messages as bubbles, oldest first, and a form that writes from it to one of ``addresses``.

    ``older`` is the address of the page of earlier messages, or "" when there is none.
    """
    bubbles = "".join(_bubble(words, message) for message in messages)
    listing = (
        f'<ul class="bubbles">{bubbles}</ul>'
        if bubbles
        else f'<p class="quiet">{words["empty"]}</p>'
    )
    link = f'<p><a href="{escape(older)}">{words["older"]}</a></p>' if older else ""
    options = "".join(f"<option>{escape(address)}</option>" for address in addresses)
    content = f"""
      <p><a href="/">{words["all_phones"]}</a></p>
      <h1>{escape(phone)}</h1>
      {link}
      <section data-live="end" aria-live="polite" aria-label="{words["messages"]}">{listing}</section>
      <form action="/phones/{quote(phone, safe="")}" method="post">
        <h2>{words["reply"]}</h2>
        {_problem(problem)}{_one_way(words, messages, addresses)}
        <label>{words["to"]}<select name="to">{options}</select></label>
        <label>{words["text"]}<textarea name="body" required maxlength="1600">{escape(draft)}</textarea></label>
        <button>{words["send"]}</button>
      </form>"""
    return _page(words, phone, content)


def not_found_page(words: Words) -> str:
    """What an address that is not there gets."""
    return _page(
        words,
        words["not_found"],
        f'<h1>{words["not_found"]}</h1><p><a href="/">{words["all_phones"]}</a></p>',
    )


def _page(words: Words, title: str, content: str) -> str:
    return _PAGE.substitute(language=words["language"], title=escape(title), content=content)


def _phone_row(words: Words, message: Message) -> str:
    return f"""
        <li><a href="/phones/{quote(message.phone, safe="")}">
          <strong>{escape(message.phone)}</strong>{_time(message.created)}
          <span class="text">{escape(message.body)}</span>
          <span class="status{_mood(message)}">{words[message.status]}</span>
        </a></li>"""


def _bubble(words: Words, message: Message) -> str:
    sender = escape(message.sender or "") if message.outbound else words["you"]
    measure = message.measure
    count = (
        words["segment"]
        if measure.segments == 1
        else words["segments"].format(count=measure.segments)
    )
    facts = [_time(message.created), words[message.status]]
    if message.error_code:
        facts.append(words["error"].format(code=message.error_code))
    facts += [count, measure.encoding]
    note = f'<p class="facts bad">{_note(words, message.note)}</p>' if message.note else ""
    return f"""
        <li{"" if message.outbound else ' class="mine"'}>
          <p class="from">{sender}</p>
          <p class="text">{escape(message.body)}</p>
          <p class="facts{_mood(message)}">{" · ".join(f"<span>{fact}</span>" for fact in facts)}</p>{note}
        </li>"""


def _one_way(words: Words, messages: Sequence[Message], addresses: Sequence[str]) -> str:
    last = next(
        (message.sender for message in reversed(messages) if message.outbound and message.sender),
        None,
    )
    if last is None or last in addresses:
        return ""
    return f'<p class="quiet">{words["one_way"].format(sender=escape(last))}</p>'


def _note(words: Words, note: str) -> str:
    return words.get(note) or words["webhook_refused"].format(
        status=escape(note.removeprefix("webhook_"))
    )


def _problem(problem: str) -> str:
    return f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""


def _mood(message: Message) -> str:
    return " bad" if message.status in {FAILED, UNDELIVERED} else ""


def _time(moment: float) -> str:
    """A time in this process's zone (the variable TZ), with the date when it is not today's."""
    local = datetime.fromtimestamp(moment, UTC).astimezone()
    today = datetime.now(UTC).astimezone().date() == local.date()
    shown = f"{local:%H:%M:%S}" if today else f"{local:%Y-%m-%d %H:%M:%S}"
    return f'<time datetime="{local.isoformat(timespec="seconds")}">{shown}</time>'
