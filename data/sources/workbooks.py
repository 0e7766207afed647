"""Bodies that are zip archives, and Excel workbooks, which are such archives."""

from __future__ import annotations

import html
import re
import warnings
import zlib
from io import BytesIO
from urllib.parse import urljoin
from zipfile import BadZipFile, ZipFile

from ...errors import BusySourceError, SourceError
from .protocol import Body, Fetcher
from .reading import refuse_html

_BEGINNING = b"PK"
_LOOK = "Look at the address in a browser; the publisher may have changed its format."


def refuse_damaged_zip(body: Body) -> None:
    """Refuse what is no zip archive, and ask for another try where one was cut off or damaged.

    Raises
    ------
    SourceError, BusySourceError
    """
    refuse_html(body)
    if body.content and not body.content.startswith(_BEGINNING):
        raise SourceError(
            f"{body.url}: a zip archive or an Excel workbook is expected, and this is neither.",
            remedy=_LOOK,
        )
    try:
        with ZipFile(BytesIO(body.content)) as archive:
            damaged = archive.testzip()
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        damaged = "the archive"
    if damaged:
        raise BusySourceError(
            f"{body.url}: {damaged} was cut off or damaged on its way "
            f"({len(body.content)} bytes came).",
            remedy="Try again.",
        )


def linked_workbook(fetcher: Fetcher, page: str, link: re.Pattern[str]) -> Body:
    """The workbook that a page links to, where its address changes with each edition.

    Parameters
    ----------
    fetcher : Fetcher
    page : str
        Address of the page.
    link : re.Pattern
        What the workbook's address looks like in the page; the first that fits is taken.

    Raises
    ------
    SourceError
        The page has no such link, or what it links to is no workbook.
    """

    def has_link(body: Body) -> None:
        if link.search(_plain(body)):
            return
        if b"</html>" not in body.content.lower():
            raise BusySourceError(f"{page}: the page was cut off.", remedy="Try again.")
        raise SourceError(
            f"{page} has no link to an Excel workbook like '{link.pattern}'.",
            remedy="Find the workbook on the publisher's site, and read it from a file of your own "
            "(docs/data.md).",
        )

    body = fetcher.get(page, check=has_link)
    found = link.search(_plain(body))
    assert found is not None  # the check has seen it
    return fetcher.get(urljoin(page, found[0]), check=refuse_damaged_zip)


def sheet_of(body: Body, name: str, columns: int = 1) -> list[list[str]]:
    """Rows of a sheet as text, each of the same length; empty cells are empty texts.

    Numbers are written in the shortest form that reads back as the same number.

    Parameters
    ----------
    body : Body
    name : str
    columns : int
        Cells that each row has at least.

    Raises
    ------
    SourceError
        The body is not an Excel workbook, or has no such sheet.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(body.content), read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError) as error:
        raise SourceError(f"{body.url}: this is not an Excel workbook.", remedy=_LOOK) from error
    try:
        if name not in book.sheetnames:
            raise SourceError(
                f"{body.url}: the workbook has no sheet '{name}'; it has "
                f"{', '.join(book.sheetnames)}.",
                remedy=_LOOK,
            )
        sheet = book[name]
        # Some publishers' programs state a range of one cell for the whole sheet.
        sheet.reset_dimensions()
        with warnings.catch_warnings():
            # A page's header in print is of no interest.
            warnings.filterwarnings("ignore", "Cannot parse header or footer", UserWarning)
            rows = [list(map(_text, row)) for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()
    width = max(columns, *map(len, rows), 0)
    return [row + [""] * (width - len(row)) for row in rows]


def _plain(body: Body) -> str:
    return html.unescape(body.content.decode("utf-8", "replace"))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
