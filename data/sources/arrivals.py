"""Many codes from files that are downloaded once: what fails for one code keeps no other back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...errors import SourceError
from .protocol import Arrived, Missed


def arrivals(
    codes: Sequence[str], download: Callable[[], Callable[[str], Arrived]]
) -> Iterator[Arrived | Missed]:
    """Each code once, arrived or missed.

    Parameters
    ----------
    codes : sequence of str
    download : callable
        Gets the publisher's files and returns what reads a code in them; where it fails, every
        code is missed for that reason.
    """
    try:
        read = download()
    except SourceError as error:
        yield from (Missed(code, error) for code in codes)
        return
    for code in codes:
        try:
            arrived = read(code)
        except SourceError as error:
            yield Missed(code, error)
        else:
            yield arrived
