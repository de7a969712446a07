"""A web site of somebody else's, on another origin, that embeds the banner with one line."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from notify.demo.children import free_port

PAGE = """<!doctype html>
<html lang="sv">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Äspereds bygdegård</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body>
<header><p>Äspereds bygdegård</p></header>
<main>
<script src="{web_url}/embed/v1/banner.js" data-areas="{areas}" data-lang="sv" async></script>
<h1>Välkommen till bygdegården</h1>
<p>Soppa varje torsdag. Pubkväll sista fredagen i månaden. Lokalen går att hyra.</p>
<p>Den här sidan ligger på en annan webbplats än driftinformationen. Bannern ovanför är en enda rad
i sidans källkod.</p>
</main>
</body></html>
"""
STYLE = """body{margin:0;font:18px/1.5 Georgia,serif;background:#fbf8f1;color:#222}
header{background:#2f4b3a;color:#fff;padding:.5rem 1.5rem}main{max-width:42rem;margin:1.5rem auto;padding:0 1.5rem}
@media (prefers-color-scheme:dark){body{background:#1b1d1b;color:#eee}}
"""


@contextlib.contextmanager
def neighbour(web_url: str, area: str, port: int = 0) -> Iterator[str]:
    """Serve the page until the block ends; the value is its address.

    area: code of the area whose alerts its banner shows. port: the preferred one.
    """
    answers = {
        "/": ("text/html; charset=utf-8", PAGE.format(web_url=web_url, areas=area)),
        "/style.css": ("text/css; charset=utf-8", STYLE),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content_type, body = answers.get(self.path, ("", ""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", content_type or "text/plain")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_message: object) -> None:
            """Keep the terminal for the story."""

    # "localhost" is another origin than 127.0.0.1, also to the browser's storage and cookies.
    server = ThreadingHTTPServer(("127.0.0.1", free_port(port)), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
