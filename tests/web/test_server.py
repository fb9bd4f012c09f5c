"""The server: files and answers for this machine alone, within bounds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from matdiff.errors import MatdiffError
from matdiff.web.server import FILES, LONGEST, STATIC, Server, begin
from matdiff.web.worker import Worker

JSON = {"Content-Type": "application/json"}


class Asked:
    """A response with its body."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self) -> Any:
        return json.loads(self.body)


def ask(server: Server, path: str, body: str | None = None, **headers: str) -> Asked:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if body is None else "POST", path, body, {**(JSON if body else {}), **given})
        return Asked(connection.getresponse())
    finally:
        connection.close()


@pytest.mark.parametrize("path", FILES)
def test_the_files_of_the_page_are_served(server: Server, path: str) -> None:
    found = ask(server, path)
    assert found.status == 200
    assert found.headers["Content-Type"] == FILES[path][1]
    assert "script-src 'self'" in found.headers["Content-Security-Policy"]


def test_everything_that_the_page_needs_is_there() -> None:
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    needed = set(re.findall(r'(?:src|href)="([^"#]+)"', html))
    assert {f"/{name}" for name in needed} <= set(FILES)
    assert "http" not in " ".join(needed)
    script = (STATIC / "page.js").read_text(encoding="utf-8")
    named = set(re.findall(r'\$\("([\w-]+)"\)', script))
    assert named <= set(re.findall(r'id="([\w-]+)"', html))


@pytest.mark.parametrize("path", ["/server.py", "/../server.py", "/static/index.html", "/%2e%2e/x", "/etc/passwd"])
def test_other_files_are_not(server: Server, path: str) -> None:
    assert ask(server, path).status == 404


def test_a_text_is_read_and_an_answer_given(server: Server) -> None:
    found = ask(server, "/api/read", json.dumps({"text": "x'A x"}))
    assert found.status == 200
    assert found.json()["suggested"] == ["x"]
    answer = ask(server, "/api/answer", json.dumps({"kind": "gradient", "text": "x'A x", "wrt": ["x"]})).json()
    assert "∇_x f = (A + Aᵀ)x" in answer["copies"]["text"]
    assert ask(server, "/api/read", json.dumps({"text": "x + )"})).json()["error"]["span"] == [4, 5]


def test_other_hosts_and_origins_are_refused(server: Server) -> None:
    own = f"127.0.0.1:{server.port}"
    body = json.dumps({"text": "x'x"})
    assert ask(server, "/", Host="evil.example").status == 403
    assert ask(server, "/", Host=f"evil.example:{server.port}").status == 403
    assert ask(server, "/api/read", body, Origin="http://evil.example").status == 403
    assert ask(server, "/api/read", body, Origin="null").status == 403
    assert ask(server, "/api/read", body, Sec_Fetch_Site="cross-site").status == 403
    assert ask(server, "/api/read", body, Origin=f"http://{own}", Sec_Fetch_Site="same-origin").status == 200
    assert ask(server, "/api/read", body, Host=f"localhost:{server.port}").status == 200


def test_a_form_of_another_page_is_refused(server: Server) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert ask(server, "/api/read", json.dumps({"text": "x"}), Content_Type=kind).status == 403


def test_what_is_no_question_is_refused(server: Server) -> None:
    assert ask(server, "/api/eval", "{}").status == 404
    assert ask(server, "/read", "{}").status == 404
    assert ask(server, "/api/read", "{").status == 400
    assert ask(server, "/api/read", "[" * 100_000).status == 400
    assert ask(server, "/api/read", "{}", Content_Length=str(LONGEST + 1)).status == 413
    assert ask(server, "/api/read", "{}", Content_Length="-1").status == 413
    assert "error" in ask(server, "/api/read", "3").json()


def test_only_this_machine_can_reach_it(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_what_takes_too_long_is_ended_and_the_next_is_answered() -> None:
    worker = Worker(limit=0.01)
    try:
        assert "takes longer than 0.01 seconds" in worker.ask("read", {"text": "x"})["error"]["message"]
        worker.limit = 20.0
        assert worker.ask("read", {"text": "x'x"})["scalar"] is True
        assert worker._process is not None
        worker._process.kill()
        worker._process.join()
        assert "could not be answered" in worker.ask("read", {"text": "x'x"})["error"]["message"]
    finally:
        worker.stop()


def test_a_port_that_is_taken_is_said_and_another_is_found(server: Server) -> None:
    with pytest.raises(MatdiffError, match=f"no server at port {server.port}"):
        begin(server.port)
    with pytest.raises(MatdiffError, match="no port 99999999"):
        begin(99_999_999)


def test_a_browser_that_has_gone_is_no_fault(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise BrokenPipeError
    except BrokenPipeError:
        server.handle_error(None, None)
    assert not capsys.readouterr().err


@pytest.mark.parametrize("name", ["page.js", "worker.js"])
def test_the_scripts_can_be_read(name: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    module = tmp_path / name.replace(".js", ".mjs")
    module.write_bytes((STATIC / name).read_bytes())
    done = subprocess.run([node, "--check", str(module)], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
