"""A server of the page, for the tests of this folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from matdiff.web.server import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server(0)
    made.warm_up()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()
