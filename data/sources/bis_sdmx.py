"""Series of the BIS in SDMX-ML 2.1, read by ``sdmx1``, an optional package."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from ...errors import BusySourceError, SourceError
from .bis_answers import Read, another_series
from .protocol import Body
from .reading import refuse_html

_MESSAGE = "StructureSpecificData"


def refuse_damaged_message(body: Body) -> None:
    """Refuse what is no message of data; ask again where it was cut off.

    Raises
    ------
    SourceError
    """
    refuse_html(body)
    name = _root(body).tag.rpartition("}")[2]
    if name != _MESSAGE:
        raise SourceError(
            f"{body.url}: the answer is '{name}' in the place of a message of data.",
            remedy="The BIS may have changed its format; look at the address in a browser.",
        )


def read_message(body: Body, key: str) -> Read:
    """The one series of a message.

    Raises
    ------
    SourceError
        It holds none, several, or another one.
    """
    sdmx = import_module("sdmx")
    with _without_advice():
        # Bytes would be taken for the name of a file.
        message = sdmx.read_sdmx(BytesIO(body.content), format="XML")
    found = [series for data_set in message.data for series in data_set.series.items()]
    if len(found) != 1:
        raise another_series(body, key, f"{len(found)} series")
    head, observations = found[0]
    # The message does not say which attributes make the key: without the definition of the data
    # set, which would be another request, all of them seem to.
    facts = {name: str(value.value) for name, value in head.values.items()}
    if not set(key.split(".")) <= set(facts.values()) or facts.get("FREQ") != key[0]:
        raise another_series(body, key, ".".join(facts.values()))
    return Read(
        [_observation(one) for one in observations],
        unit=_unit(body),
        title=facts.get("TITLE_TS", facts.get("TITLE", "")).strip(),
    )


def _observation(observation: Any) -> tuple[str, str]:
    period = observation.dimension.values["TIME_PERIOD"].value
    return str(period), "" if observation.value is None else str(observation.value)


def _unit(body: Body) -> str:
    """Attributes of the data set and of groups are lost without its definition."""
    stated = (element.get("UNIT_MEASURE") for element in _root(body).iter())
    return next((code for code in stated if code), "")


def _root(body: Body) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(body.content)
    except ElementTree.ParseError as error:
        raise BusySourceError(
            f"{body.url}: the XML was cut off or is damaged ({error}).",
            remedy="Try again; the connection may have been lost on the way.",
        ) from None


@contextmanager
def _without_advice() -> Iterator[None]:
    """``sdmx1`` advises to bring the definition of the data set whenever it reads without."""
    log = logging.getLogger("sdmx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
