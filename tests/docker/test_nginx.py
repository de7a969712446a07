"""What nginx, as configured for production, keeps, passes on and believes."""

import http.client
import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings

from notify.demo.children import free_port
from tests.provision import nginx

ETAG = '"abc"'


@dataclass
class Upstream:
    """An application that remembers what it was asked; ``status`` is what it answers."""

    asked: list[tuple[str, Message]] = field(default_factory=list)
    status: int = 200
    cache_control: str = "public, max-age=60"
    expires: str = ""
    port: int = 0


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    state = Upstream()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers))
            body = b"<feed>" + b"x" * 2000 + b"</feed>"
            self.send_response(state.status)
            self.send_header("Content-Type", "application/atom+xml")
            self.send_header("Content-Security-Policy", "default-src 'none'")
            if state.expires:
                self.send_header("X-Accel-Expires", state.expires)
            self.send_header("Cache-Control", state.cache_control)
            self.send_header("ETag", ETAG)
            self.send_header("Vary", "Accept-Language, Cookie")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def front(upstream: Upstream, real_nginx: None) -> Iterator[int]:
    """The port of an nginx that believes the addresses that the tests come from."""
    with nginx.started(settings.BASE_DIR, upstream=upstream.port, tls_proxy="127.0.0.1/32") as port:
        yield port


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers=names)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/alerts.atom",
        "/feeds/sv/all.json",
        "/feeds/sv/all.geojson",
        "/feeds/sv/all.ics",
        "/feeds/sv/all/2026-W47.atom",
        "/cap/1.xml",
        "/embed/v1/banner.js",
        "/embed/v1/banner.0123abcd.js",
        "/static/a.css",
    ],
)
def test_a_crowd_asks_the_application_once(front: int, upstream: Upstream, path: str) -> None:
    first, second = get(front, path), get(front, path, Cookie="session=secret", User_Agent="other")
    assert (first.status, second.status, len(upstream.asked)) == (200, 200, 1)
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")


def test_what_the_application_forbids_to_keep_is_not_kept(front: int, upstream: Upstream) -> None:
    upstream.cache_control = "private, no-store"
    get(front, "/feeds/alerts.atom")
    get(front, "/feeds/alerts.atom")
    assert len(upstream.asked) == 2


def test_pages_are_never_kept_and_get_their_cookies(front: int, upstream: Upstream) -> None:
    get(front, "/console/", Cookie="session=mine")
    get(front, "/console/", Cookie="session=mine")
    assert [headers["Cookie"] for _, headers in upstream.asked] == ["session=mine"] * 2


def test_a_reader_that_has_the_feed_gets_304_from_the_cache(front: int, upstream: Upstream) -> None:
    assert get(front, "/feeds/alerts.atom").headers["ETag"] == ETAG
    assert get(front, "/feeds/alerts.atom", If_None_Match=ETAG).status == 304
    assert len(upstream.asked) == 1


def test_a_compressed_feed_still_answers_304(front: int, upstream: Upstream) -> None:
    compressed = get(front, "/feeds/alerts.atom", Accept_Encoding="gzip")
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert get(front, "/feeds/alerts.atom", If_None_Match=compressed.headers["ETag"]).status == 304


@pytest.mark.parametrize("path", ["/", "/?place=1490", "/api/v1/alerts/", "/api/v1/alerts/?a=b"])
def test_what_everybody_reads_in_their_language_is_kept_for_each(
    front: int, upstream: Upstream, path: str
) -> None:
    upstream.cache_control, upstream.expires = "private, no-cache", "60"
    swedish = {"Accept_Language": "sv"}
    for headers in (swedish, swedish, swedish | {"Cookie": "language=en; _ga=1"}, {}):
        answer = get(front, path, **headers)
    assert len(upstream.asked) == 3
    assert answer.headers["X-Accel-Expires"] is None
    assert get(front, path, **swedish).headers["X-Cache"] == "HIT"


@pytest.mark.parametrize(
    "own", [{"Cookie": "sessionid=a"}, {"Cookie": "messages=a"}, {"Authorization": "Bearer a"}]
)
def test_whoever_may_see_more_is_led_past_what_is_kept(
    front: int, upstream: Upstream, own: dict[str, str]
) -> None:
    upstream.expires = "60"
    for path in ("/", "/api/v1/alerts/"):
        get(front, path)
        assert get(front, path, **own).headers["X-Cache"] == "BYPASS"
        assert get(front, path).headers["X-Cache"] == "HIT"
    assert len(upstream.asked) == 4


def test_a_page_of_this_second_is_kept_for_no_longer(front: int, upstream: Upstream) -> None:
    upstream.cache_control, upstream.expires = "private, no-cache", f"@{int(time.time()) - 1}"
    get(front, "/")
    assert get(front, "/").headers["X-Cache"] != "HIT"


@pytest.mark.parametrize(
    ("takes", "asked"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "gzip"),
        ("gzip;q=0, br", None),
        ("br", None),
        ("", None),
    ],
)
def test_compressed_by_the_application_or_not_at_all(
    front: int, upstream: Upstream, takes: str, asked: str | None
) -> None:
    for path in ("/", "/feeds/sv/all.atom", "/embed/v1/banner.json"):
        get(front, path, Accept_Encoding=takes)
    assert [headers["Accept-Encoding"] for _path, headers in upstream.asked] == [asked] * 3


def test_the_address_alone_decides_what_is_kept(front: int, upstream: Upstream) -> None:
    for language in ("sv-SE,sv;q=0.9", "en-GB,en;q=0.5"):
        get(front, "/feeds/alerts.atom", Accept_Language=language, Cookie="language=en")
    asked = [(headers["Accept-Language"], headers["Cookie"]) for _, headers in upstream.asked]
    assert asked == [(None, None)]
    get(front, "/feeds/alerts.atom?lang=en")
    assert len(upstream.asked) == 2


def test_the_old_feed_is_served_when_the_application_is_down(
    front: int, upstream: Upstream
) -> None:
    upstream.cache_control = "public, max-age=1, stale-if-error=60"
    get(front, "/feeds/alerts.atom")
    upstream.status = 500
    until = time.monotonic() + 10
    while (answer := get(front, "/feeds/alerts.atom")).headers["X-Cache"] == "HIT":
        assert time.monotonic() < until, "The copy never grew old."
    assert (answer.status, answer.headers["X-Cache"]) == (200, "STALE")


@pytest.mark.parametrize("path", ["banner.json?lang=sv", "banner.svg", "frame/?lang=sv"])
def test_a_banner_is_not_told_old_news_when_the_application_is_down(
    front: int, upstream: Upstream, path: str
) -> None:
    upstream.cache_control = "public, max-age=1"
    assert get(front, f"/embed/v1/{path}").headers["X-Cache"] == "MISS"
    upstream.status = 500
    until = time.monotonic() + 10
    while (answer := get(front, f"/embed/v1/{path}")).headers["X-Cache"] == "HIT":
        assert time.monotonic() < until, "The copy never grew old."
    assert answer.status == 500


def test_who_waits_for_news_hears_it_at_once(upstream: Upstream, real_nginx: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as events:
        port = events.getsockname()[1]
        with nginx.started(
            settings.BASE_DIR, upstream=upstream.port, tls_proxy="127.0.0.1/32", events=port
        ) as front:
            page = http.client.HTTPConnection("127.0.0.1", front, timeout=10)
            page.request("GET", "/embed/v1/events", headers={"Cookie": "a=b"})
            line, _address = events.accept()
            with line:
                asked = line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
                answer = page.getresponse()
                for said in (b"data: a\n", b"data: b\n"):
                    line.sendall(said)
                    assert answer.readline() == said
            page.close()
    assert b"Cookie" not in asked
    assert not upstream.asked


def test_the_headers_of_the_application_reach_the_visitor(front: int) -> None:
    assert (
        get(front, "/feeds/alerts.atom").headers["Content-Security-Policy"] == "default-src 'none'"
    )


def test_the_tls_proxy_is_believed_about_address_and_protocol(
    front: int, upstream: Upstream
) -> None:
    get(front, "/", X_Forwarded_For="6.6.6.6, 192.0.2.7", X_Forwarded_Proto="https")
    headers = upstream.asked[0][1]
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers.get_all("X-Forwarded-For") == ["192.0.2.7"]


def test_a_stranger_is_not_believed(upstream: Upstream, real_nginx: None) -> None:
    with nginx.started(settings.BASE_DIR, upstream=upstream.port, tls_proxy="192.0.2.0/24") as port:
        get(port, "/", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https", Forwarded="for=x")
    headers = upstream.asked[0][1]
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert headers["Forwarded"] is None


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics?a=b", "//metrics", "/a/../metrics", "/%6Detrics"]
)
def test_metrics_are_not_for_the_public(front: int, upstream: Upstream, path: str) -> None:
    assert get(front, path, Authorization="Bearer whatever").status == 404
    assert not upstream.asked


def test_the_key_in_the_address_of_a_callback_is_in_no_log(
    upstream: Upstream, real_nginx: None, tmp_path: Path
) -> None:
    log = tmp_path / "access"
    with nginx.started(
        settings.BASE_DIR, upstream=upstream.port, tls_proxy="127.0.0.1/32", access_log=log
    ) as port:
        get(port, "/sms/elks/status?ref=d7&key=secret")
        get(port, "/sms/status?ref=d7")
    assert [path for path, _headers in upstream.asked] == [
        "/sms/elks/status?ref=d7&key=secret",
        "/sms/status?ref=d7",
    ]
    assert "/sms/status?ref=d7" in log.read_text()
    assert "secret" not in log.read_text()


def test_nginx_lets_go_of_a_connection_before_gunicorn_does() -> None:
    template = (settings.BASE_DIR / nginx.TEMPLATE).read_text()
    dockerfile = (settings.BASE_DIR / "docker" / "Dockerfile").read_text()
    [its] = re.findall(r"keepalive_timeout (\d+)s", template)
    [ours] = re.findall(r"--keep-alive=(\d+)", dockerfile)
    assert int(its) < int(ours)


def test_nginx_itself_says_that_it_is_well(front: int, upstream: Upstream) -> None:
    upstream.status = 500
    assert get(front, "/nginx-health").status == 204


@pytest.mark.parametrize(
    ("status", "length"), [(413, 2_000_000), (502, 2)], ids=["too large", "application away"]
)
def test_what_never_comes_to_the_api_is_a_problem_document(
    real_nginx: None, status: int, length: int
) -> None:
    nobody = free_port()
    with nginx.started(settings.BASE_DIR, upstream=nobody, tls_proxy="127.0.0.1/32") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.putrequest("POST", "/api/v1/alerts/")
        connection.putheader("Content-Length", str(length))
        connection.endheaders(b"{}")
        answer = connection.getresponse()
        document = json.loads(answer.read())
        connection.close()

    assert (answer.status, document["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert document["detail"]
