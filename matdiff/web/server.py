"""The server of the page: for this machine alone, with files from a fixed table, and bounds on what is asked.

It listens on the loopback address only, and answers a browser only where the page itself asks: names of other hosts
(as after a change of what a name stands for) and other origins are refused.  Nothing that is sent is ever evaluated.
"""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from matdiff.errors import MatdiffError
from matdiff.output.mathml import mathml
from matdiff.page import as_html
from matdiff.web.worker import Worker

STATIC = Path(__file__).with_name("static")
FILES = {
    "/": (STATIC / "index.html", "text/html; charset=utf-8"),
    "/page.css": (STATIC / "page.css", "text/css; charset=utf-8"),
    "/page.js": (STATIC / "page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": (STATIC / "icon.svg", "image/svg+xml"),
    "/result.css": (as_html.STYLE, "text/css; charset=utf-8"),
}
LONGEST = 200_000  # bytes of a request
LIMIT_OF_READING, LIMIT = 15.0, 60.0  # seconds that a question may take
PORT = 8331
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Server(ThreadingHTTPServer):
    """The server with the processes that answer: one for what is typed, one for what takes longer."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        reading, answering = Worker(LIMIT_OF_READING), Worker(LIMIT)
        self.workers = {"read": reading, "examples": reading, "answer": answering}
        super().__init__(("127.0.0.1", port), Handler)
        self.port = self.server_address[1]
        self.hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")}

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://127.0.0.1:{self.port}/"

    def warm_up(self) -> None:
        """Begins the processes, which load what they need meanwhile."""
        for worker in self.workers.values():
            worker.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that has gone is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def server_close(self) -> None:
        """Ends everything."""
        super().server_close()
        for worker in self.workers.values():
            worker.stop()


class Handler(BaseHTTPRequestHandler):
    """Answers a request of HTTP."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "matdiff"
    sys_version = ""
    timeout = 30  # seconds without a byte

    def do_GET(self) -> None:
        """A file of the page."""
        path, kind = FILES.get(self.path.partition("?")[0], (None, ""))
        if self._is_foreign():
            self._send(HTTPStatus.FORBIDDEN, b"this page is for this machine alone", "text/plain")
        elif path is None:
            self._send(HTTPStatus.NOT_FOUND, b"there is no such page", "text/plain")
        else:
            self._send(HTTPStatus.OK, path.read_bytes(), kind)

    def do_POST(self) -> None:
        """A question of the page, as JSON."""
        method = self.path.removeprefix("/api/")
        length = self.headers.get("Content-Length", "")
        if self._is_foreign() or self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.FORBIDDEN, "this page is for this machine alone")
        elif method not in self.server.workers or not self.path.startswith("/api/"):
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such question")
        elif not length.isdecimal() or int(length) > LONGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {LONGEST} bytes, and says so")
        else:
            self._answer(method, self.rfile.read(int(length)))

    def _answer(self, method: str, body: bytes) -> None:
        """Asks the process that answers such questions."""
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST, "a request is JSON")
            return
        answer = self.server.workers[method].ask(method, content)
        self._send(HTTPStatus.OK, json.dumps(answer, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def _is_foreign(self) -> bool:
        """Whether somebody else asks than a page of this server in a browser of this machine."""
        origin = self.headers.get("Origin")
        is_ours = origin is None or origin.removeprefix("http://") in self.server.hosts
        asked_by = self.headers.get("Sec-Fetch-Site", "none")
        is_far = self.command == "POST" and asked_by not in ("same-origin", "none")
        return self.headers.get("Host") not in self.server.hosts or not is_ours or is_far

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        """Says no, and ends the connection, whose rest is not read."""
        self.close_connection = True
        self._send(status, json.dumps({"refused": why}).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged: what people type is theirs."""


def begin(port: int | None) -> Server:
    """A server at a port; without one at the usual port, or any that is free."""
    try:
        return Server(PORT if port is None else port)
    except OSError as error:
        if port is None:
            return Server(0)
        raise MatdiffError(f"there can be no server at port {port}: {error.strerror}") from None
    except OverflowError:
        raise MatdiffError(f"there is no port {port}") from None


def serve(server: Server, browser: bool) -> None:
    """Serves until it is interrupted; with *browser* the page is opened in one."""
    server.warm_up()
    print(f"matdiff: {server.address}   (Ctrl-C ends it)", flush=True)
    if mathml("x").startswith("<span"):
        print('matdiff: pip install "matdiff[html]" typesets the formulas', file=sys.stderr)
    if browser:
        import webbrowser

        webbrowser.open(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
