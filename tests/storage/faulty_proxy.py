"""A proxy before an S3 server that answers some requests badly, as told."""

import dataclasses
import http.client
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW_DOWN = (
    b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>SlowDown</Code>"
    b"<Message>Please reduce your request rate.</Message></Error>"
)
#: Headers that concern one connection only.
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclasses.dataclass
class Fault:
    """What happens to the requests that a fault is for."""

    method: str
    """`GET`, `PUT`, ...; `*` is any."""
    part: str
    """Of the path and query."""
    times: int = 1
    status: int | None = None
    """Answers with this status instead of passing the request on."""
    body: bytes = SLOW_DOWN
    cut: int | None = None
    """Passes on so many bytes of the answer's body and closes the connection."""
    delay: float = 0.0
    """Seconds before the request is passed on."""
    lost: bool = False
    """Passes the request on and closes the connection without an answer."""
    met: int = 0
    """Requests that it was for so far."""

    def takes(self, method: str, path: str) -> bool:
        """Tells whether it is for a request, and counts that."""
        if self.met >= self.times or self.method not in ("*", method) or self.part not in path:
            return False
        self.met += 1
        return True


class FaultyProxy:
    """Listens on a free port of this machine and passes requests on to a server.

    Attributes:
        requests: (method, path with query, range) of every request that came.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._faults: list[Fault] = []
        self.requests: list[tuple[str, str, str | None]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def inject(self, fault: Fault) -> Fault:
        """Adds a fault."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forgets faults and requests."""
        self._faults.clear()
        self.requests.clear()

    def count(self, method: str, part: str = "") -> int:
        """Counts the requests so far."""
        return sum(1 for found, path, _ in self.requests if found == method and part in path)

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

            def _serve(self) -> None:
                body = self._body()
                fault = proxy._fault(self.command, self.path, self.headers.get("Range"))
                if fault is not None:
                    time.sleep(fault.delay)
                    if fault.status is not None:
                        self._answer(fault.status, {"Content-Type": "application/xml"}, fault.body)
                        return
                status, headers, content = proxy._passed_on(
                    self.command, self.path, dict(self.headers.items()), body
                )
                if fault is not None and fault.lost:
                    self.close_connection = True
                    return
                self._answer(status, headers, content, fault.cut if fault else None)

            def _body(self) -> bytes:
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    parts = []
                    while size := int(self.rfile.readline().split(b";")[0], 16):
                        parts.append(self.rfile.read(size))
                        self.rfile.readline()
                    self.rfile.readline()
                    return b"".join(parts)
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))

            def _answer(
                self, status: int, headers: dict[str, str], content: bytes, cut: int | None = None
            ) -> None:
                self.send_response(status)
                length = str(len(content))
                for name, value in headers.items():
                    if name.lower() == "content-length":
                        length = value
                    elif name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", length)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content if cut is None else content[:cut])
                if cut is not None:
                    self.wfile.flush()
                    self.close_connection = True

        serve: Callable[[Any], None] = Handler._serve
        for method in ("GET", "PUT", "POST", "HEAD", "DELETE"):
            setattr(Handler, f"do_{method}", serve)
        return Handler

    def _fault(self, method: str, path: str, range_: str | None) -> Fault | None:
        with self._lock:
            self.requests.append((method, path, range_))
            return next((fault for fault in self._faults if fault.takes(method, path)), None)

    def _passed_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._target, timeout=30)
        sent = {name: value for name, value in headers.items() if name.lower() not in _HOP}
        sent["Content-Length"] = str(len(body))
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        found = dict(answer.getheaders())
        content = answer.read()
        connection.close()
        return answer.status, found, content
