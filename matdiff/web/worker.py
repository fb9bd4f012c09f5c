"""A process that answers the requests of the page; one that takes too long is ended, and another one begun."""

from __future__ import annotations

import multiprocessing
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

Answer = dict[str, Any]


class Worker:
    """Answers one request after the other, each within *limit* seconds."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._turn = Lock()
        self._process: SpawnProcess | None = None
        self._link: Connection | None = None

    def start(self) -> Connection:
        """The link to the process, which is begun where there is none."""
        if self._link is None:
            context = multiprocessing.get_context("spawn")
            self._link, theirs = context.Pipe()
            self._process = context.Process(target=work, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._link

    def ask(self, method: str, content: object) -> Answer:
        """The answer to a request, or an error that says that it took too long."""
        if not self._turn.acquire(timeout=self.limit):
            return failure("Others are being answered.", "Ask again.")
        try:
            link = self.start()
            link.send((method, content))
            if link.poll(self.limit):
                answer: Answer = link.recv()
                return answer
            self.stop()
            return failure(f"This takes longer than {self.limit:g} seconds, and was ended.", "Ask the command line.")
        except (EOFError, OSError):  # the process has ended
            self.stop()
            return failure("This could not be answered: a fault of matdiff, which stands on the terminal.", "")
        finally:
            self._turn.release()

    def stop(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._link is not None:
            self._link.close()
        self._process = self._link = None


def failure(message: str, suggestion: str) -> Answer:
    """What is said where there is no answer."""
    return {"error": {"message": message, "suggestion": suggestion, "field": None, "span": None, "excerpt": ""}}


def work(link: Connection) -> None:
    """Answers what comes over a link until nobody listens."""
    import signal

    from matdiff.web.answers import METHODS, answered

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it will end it
    while True:
        try:
            method, content = link.recv()
        except EOFError:
            return
        link.send(answered(METHODS[method], content))
