"""The page: one HTML file that opens offline and loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from .content import Report
from .tables import lay_out

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(report: Report, pictures: Mapping[str, str]) -> str:
    """The report as one HTML document.

    Parameters
    ----------
    report : Report
        Its strings are plain text; all are escaped.
    pictures : mapping of chart name to HTML
        From ``charts.picture_html``.
    """
    from markupsafe import Markup

    return (
        environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            front=report.front,
            manifest=report.manifest,
            pictures={name: Markup(html) for name, html in pictures.items()},
            layouts={table.name: lay_out(table) for table in report.tables()},
            chart_number={chart.name: i for i, chart in enumerate(report.charts(), 1)},
            table_number={table.name: i for i, table in enumerate(report.tables(), 1)},
        )
    )


@cache
def environment() -> Environment:
    """Templates, in which every string is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(__package__ or "yenloop.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
