"""A publisher's server on this machine: replays bodies, counts requests, and fails on demand."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

HTML = b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body>Sorry.</body></html>\n"


@dataclass(frozen=True)
class Answer:
    """A body and how it is sent."""

    content: bytes = b""
    status: int = 200
    content_type: str = "text/csv"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer.

    delay: seconds before it. status, content, headers: in the place of those of the answer.
    cut: bytes sent of the body, whose whole length is announced. unannounced: no length is
    announced (the connection's end ends the body), so that a cut cannot be seen from outside.
    chunked: the body is sent in chunks, each with its length; a cut leaves the last one out.
    trickle: seconds between bytes. reset: the connection is reset before a byte is sent.
    """

    delay: float = 0.0
    status: int | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    unannounced: bool = False
    chunked: bool = False
    trickle: float = 0.0
    reset: bool = False


@dataclass(frozen=True)
class Seen:
    """A request that arrived: ``HOST/PATH``, its query and its headers."""

    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


Route = Callable[[dict[str, str]], Answer]


@contextmanager
def serve(
    routes: Mapping[str, Route],
    faults: Mapping[str, Iterable[Fault]] | None = None,
    seen: list[Seen] | None = None,
) -> Iterator[str]:
    """Address of a mirror that serves ``routes`` (by ``HOST/PATH``) until the block ends.

    Each request to a route takes the next of its ``faults``; when they are used up it is answered
    properly. ``itertools.repeat(Fault(...))`` never is. Requests are appended to ``seen``.
    """
    server = _Server(("127.0.0.1", 0), _Handler)
    server.routes = dict(routes)
    server.faults = {key: iter(each) for key, each in (faults or {}).items()}
    server.seen = [] if seen is None else seen
    server.lock = threading.Lock()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        pass  # a client that was killed


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        key = unquote(parts.path.lstrip("/"))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self.server.lock:
            self.server.seen.append(Seen(key, query, dict(self.headers), time.monotonic()))
            fault = next(self.server.faults.get(key, iter(())), Fault())
        if fault.delay:
            time.sleep(fault.delay)
        if fault.reset:
            return self._reset()
        route = self.server.routes.get(key)
        answer = route(query) if route else Answer(f"no {key}".encode(), 404, "text/plain")
        with suppress(ConnectionError):  # the client need not wait for the end
            self._send(answer, fault)
        return None

    def _send(self, answer: Answer, fault: Fault) -> None:
        content = answer.content if fault.content is None else fault.content
        self.send_response(fault.status or answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in {**answer.headers, **fault.headers}.items():
            self.send_header(name, value)
        if fault.unannounced:
            self.send_header("Connection", "close")
        elif fault.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(content)))
        self.close_connection = fault.unannounced or fault.cut is not None
        self.end_headers()
        sent = content if fault.cut is None else content[: fault.cut]
        if fault.chunked:
            chunks = [sent[at : at + 8] for at in range(0, len(sent), 8)]
            sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
            sent += b"" if fault.cut else b"0\r\n\r\n"
        if not fault.trickle:
            self.wfile.write(sent)
            return
        for byte in sent:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(fault.trickle)

    def _reset(self) -> None:
        # Closing with a linger time of zero sends a reset in the place of a proper end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
