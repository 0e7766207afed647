"""One request and its answer: a body, or why there is none and whether another try is of use."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

from ...errors import BusySourceError, SourceError
from ...version import __version__
from .protocol import Body

if TYPE_CHECKING:
    import requests

#: How the package names itself; some publishers answer only what looks like a browser.
AGENT = f"Mozilla/5.0 (compatible; yenloop/{__version__})"

LATER = "Try again later; what arrived is kept for some hours, so that only the rest is asked for."
_CHECK_CODE = "Check the code in the publisher's catalogue."
_CHECK_KEY = "Check the key in the environment and the rights that the publisher gives it."
_CHECK_ADDRESS = "The publisher may have moved it; look at the address in a browser."

_MAX_REDIRECTS = 5
_PIECE = 64 * 1024
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may take.

    Attributes
    ----------
    connect, read : float
        Seconds for the connection, and between two pieces of the answer.
    total : float
        Seconds for an address, all its tries taken together.
    size : int
        Bytes of a body.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 300.0
    size: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Attributes
    ----------
    url : str
        The publisher's address with its query, without secrets.
    secrets : mapping of str to str
        Parameters that are sent and neither kept nor shown.
    mirror : str
        Where it is asked for in the place of the publisher; empty for the publisher.
    """

    url: str
    secrets: Mapping[str, str]
    mirror: str = ""

    @classmethod
    def of(
        cls,
        url: str,
        params: Mapping[str, str] | None,
        secrets: Mapping[str, str] | None,
        mirror: str,
    ) -> Asked:
        """The address with its query."""
        query = urlencode(params or {}, quote_via=quote)
        joined = url + ("&" if "?" in url else "?") + query if query else url
        return cls(joined, {k: v for k, v in (secrets or {}).items() if v}, mirror)

    @property
    def host(self) -> str:
        """The publisher's host."""
        return urlsplit(self.url).hostname or ""

    def without_secrets(self, text: str) -> str:
        """The text with stars in the place of secrets."""
        for value in self.secrets.values():
            for form in (value, quote(value, safe=""), quote_plus(value)):
                text = text.replace(form, "***")
        return text

    def is_in(self, content: bytes) -> bool:
        """Whether a secret occurs in a body: some publishers repeat the key."""
        return any(value.encode() in content for value in self.secrets.values())


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no body.

    Attributes
    ----------
    problem, remedy : str
        One sentence each, without secrets.
    again : bool
        Whether another try is of use.
    wait : float
        Seconds for which the server asks to wait.
    body : Body or None
        JSON that came with HTTP 400: a publisher's own error, for its adapter to read.
    """

    problem: str
    remedy: str = LATER
    again: bool = False
    wait: float = 0.0
    body: Body | None = None


def exchange(asked: Asked, limits: Limits, deadline: float) -> Body | Failure:
    """Ask once, and where the server redirects to; ``deadline`` is one of the monotonic clock."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        with requests.Session() as session:
            session.headers["User-Agent"] = AGENT
            session.headers["Accept-Encoding"] = "gzip"
            return _follow(session, asked, limits, deadline)
    except (requests.RequestException, HTTPError) as error:
        return _network_failure(error, asked, limits)


def refusal_by(check: Callable[[Body], None] | None, body: Body, asked: Asked) -> Failure | None:
    """What the adapter finds wrong with a body; None where it is what was asked for."""
    try:
        if check is not None:
            check(body)
    except SourceError as error:
        return Failure(
            asked.without_secrets(error.problem),
            asked.without_secrets(error.remedy),
            again=isinstance(error, BusySourceError),
        )
    return None


def _follow(
    session: requests.Session, asked: Asked, limits: Limits, deadline: float
) -> Body | Failure:
    url, secrets = asked.url, asked.secrets
    for _ in range(_MAX_REDIRECTS + 1):
        with session.get(
            f"{asked.mirror.rstrip('/')}/{url.partition('://')[2]}" if asked.mirror else url,
            params=secrets,
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect, limits.read),
        ) as response:
            if not response.is_redirect:
                return _answer(response, asked, limits, deadline)
            here, there = urlsplit(url), urlsplit(urljoin(url, response.headers["Location"]))
        if there.scheme != here.scheme:
            problem = (
                f"{asked.url}: redirected from {here.scheme} to {there.scheme}, which is refused."
            )
            return Failure(problem, _CHECK_ADDRESS)
        secrets = secrets if there.hostname == here.hostname else {}
        url = there.geturl()
    return Failure(f"{asked.url}: redirected more than {_MAX_REDIRECTS} times.", _CHECK_ADDRESS)


def _answer(
    response: requests.Response, asked: Asked, limits: Limits, deadline: float
) -> Body | Failure:
    """The body, read whole: a shorter one than was announced is an error of the connection."""
    sent = bytearray()
    for piece in _pieces(response.raw):
        sent += piece
        if len(sent) > limits.size:
            break
        if time.monotonic() > deadline:
            return Failure(f"{asked.url}: not all there after {limits.total:g} s.", again=True)
    try:
        content = _unpacked(bytes(sent), response.headers, limits.size)
    except (EOFError, OSError, zlib.error):
        return Failure(f"{asked.url}: the compressed body is damaged or cut off.", again=True)
    if len(content) > limits.size:
        return Failure(f"{asked.url}: the body exceeds {limits.size} bytes.", _CHECK_ADDRESS)
    retrieved_at = datetime.now(UTC).isoformat(timespec="seconds")
    body = Body(asked.url, content, retrieved_at, response.headers.get("Content-Type", ""))
    if response.status_code != HTTPStatus.OK:
        return _refusal(response, body, asked)
    if not content:
        return Failure(f"{asked.url}: the answer is empty.", again=True)
    return body


def _pieces(raw: Any) -> Iterator[bytes]:
    """The body as it comes in: waiting for a full piece would let a slow server hold us up."""
    while piece := raw.read1(_PIECE, decode_content=False):
        yield piece


def _unpacked(sent: bytes, headers: Mapping[str, str], size: int) -> bytes:
    """The body as it was before compression, up to one byte more than ``size``.

    Done here because a decoder that is fed piece by piece takes a body that was cut off for a
    whole one.
    """
    if headers.get("Content-Encoding", "") not in ("gzip", "x-gzip"):
        return sent
    with gzip.open(BytesIO(sent)) as packed:
        return packed.read(size + 1)


def _refusal(response: requests.Response, body: Body, asked: Asked) -> Failure:
    status, content = response.status_code, body.content
    name = response.reason or ""
    words = (
        "" if b"<html" in content[:1000].lower() else content[:_EXCERPT].decode("utf-8", "replace")
    )
    said = f", saying: {' '.join(asked.without_secrets(words).split())}" if words.strip() else ""
    problem = f"{asked.url}: HTTP {status} ({name}){said}."
    if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS) or status >= 500:
        return Failure(problem, again=True, wait=_retry_after(response.headers))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Failure(problem, _CHECK_KEY if asked.secrets else _CHECK_ADDRESS)
    is_own_error = status == HTTPStatus.BAD_REQUEST and content.lstrip().startswith(b"{")
    return Failure(problem, _CHECK_CODE, body=body if is_own_error else None)


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds for which the server asks to wait, stated as such or as a time of day."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # not a date, or one without a zone
        return 0.0


def _network_failure(error: Exception, asked: Asked, limits: Limits) -> Failure:
    """The error in words of our own: its text shows the address with the secrets."""
    import requests

    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        problem = f"{asked.url}: the certificate of {asked.host} is not trusted."
        return Failure(problem, "Check the machine's clock and its certificates.")
    if isinstance(error, requests.ConnectTimeout):
        what = f"no connection within {limits.connect:g} s"
    elif "timed out" in text:
        what = f"nothing came for {limits.read:g} s"
    elif "NameResolutionError" in text:
        what = "the host's name is not known (is this machine connected?)"
    elif "IncompleteRead" in text:
        what = "the body was cut off on its way"
    else:
        what = f"the connection failed ({type(error).__name__})"
    return Failure(f"{asked.url}: {what}.", again=True)
