"""What FRED's series were on a past day (ALFRED): real-time panels free of later revisions.

fredapi 0.5.2 answers with columns of type object that hold NaT for missing figures, drops the day
until which a figure held, takes all figures published up to a day for what was known on it, and
asks for more vintages at a time than FRED allows. Here figures are float64 on their calendar, each
with the days from and until which it held.

FRED cuts these days at the edges of the window that a request names. A history that comes in
several windows is joined where a figure goes on across an edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from ...errors import SourceError
from .fred import FredClient, calendar_of, fredapi_errors, key_of_environment, refuse_code
from .protocol import Fetcher
from .reading import dated

#: FRED refuses more than 2,000 vintages a request, and some may be added between two requests.
_VINTAGES_A_REQUEST = 1900
_STILL_HOLDS = "9999-12-31"
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FredVintages:
    """Past vintages of FRED's monthly and daily series.

    Parameters
    ----------
    fetcher : Fetcher
    api_key : str
        From ``FRED_API_KEY`` where it is set; FRED gives no vintages without a key.

    Raises
    ------
    SourceError
        There is no key.
    """

    fetcher: Fetcher
    api_key: str = field(default_factory=key_of_environment, repr=False)

    def __post_init__(self) -> None:
        if not self.api_key:
            raise SourceError(
                "FRED gives past vintages only to users with a key.",
                remedy="Set FRED_API_KEY (free: https://fred.stlouisfed.org/docs/api/api_key.html),"
                " or use vintages that were stored here.",
            )

    def vintage_dates(self, code: str) -> pd.DatetimeIndex:
        """Days on which figures of a series were added or revised, ascending.

        Raises
        ------
        SourceError
            FRED does not know the series, or keeps no vintages of it.
        """
        client = self._client(code)
        with fredapi_errors(code):
            dates = pd.DatetimeIndex(client.get_series_vintage_dates(code)).sort_values()
        if dates.empty:
            raise SourceError(
                f"FRED {code}: there are no vintages.",
                remedy="Use vintages that were stored here.",
            )
        return dates

    def as_of(self, code: str, day: str | date) -> pd.Series:
        """The series as it was known at the end of a day; one request.

        Parameters
        ----------
        code : str
        day : str or date
            ``YYYY-MM-DD``.

        Returns
        -------
        pandas.Series
            float64 on a monthly ``PeriodIndex`` or a ``DatetimeIndex`` of days; NaN where FRED
            listed the date without a figure.

        Raises
        ------
        SourceError
            FRED does not know the series, or keeps no vintage of it that is as old as the day.
        """
        client, when = self._client(code), f"{pd.Timestamp(day):%Y-%m-%d}"
        with fredapi_errors(code):
            pairs = client.figures(code, realtime_start=when, realtime_end=when)
        where = f"FRED {code} on {when}"
        return dated(pairs, calendar_of((at for at, _ in pairs), where), where).values

    def revisions(self, code: str) -> pd.DataFrame:
        """Every figure that a series ever had, with the days between which it held.

        Returns
        -------
        pandas.DataFrame
            Index ``date`` (months or days) and ``realtime_start`` (the day of publication);
            columns ``value`` (float64, in the unit of that day) and ``realtime_end`` (the last
            day on which the figure held; 9999-12-31 where it still holds).

        Raises
        ------
        SourceError
            As of :meth:`vintage_dates`, or two figures of one date hold on the same day.
        """
        client, where = self._client(code), f"FRED {code}"
        rows: list[tuple[date, date, date, float]] = []
        for first_day, last_day in _windows(self.vintage_dates(code)):
            rows += _rows(client, code, first_day, last_day)
        names = ["date", "realtime_start", "realtime_end", "value"]
        figures = _joined(pd.DataFrame(rows, columns=names), where)
        if calendar_of(figures["date"].dt.date, where) == "monthly":
            figures["date"] = figures["date"].dt.to_period("M")
        return figures.set_index(["date", "realtime_start"])[["value", "realtime_end"]]

    def first_release(self, code: str) -> pd.DataFrame:
        """The figure that was published first for each date, and when.

        Dates that FRED's first vintage already holds are left out: when they were published first,
        and with which figure, is not known.

        Returns
        -------
        pandas.DataFrame
            Index months or days; columns ``value`` (float64) and ``published`` (days).

        Raises
        ------
        SourceError
            As of :meth:`revisions`.
        """
        figures = self.revisions(code).reset_index("realtime_start")
        known_before = figures["realtime_start"].eq(figures["realtime_start"].min())
        later = figures[~figures.index.isin(figures.index[known_before])].dropna(subset="value")
        first = later[~later.index.duplicated()]
        return first.rename(columns={"realtime_start": "published"})[["value", "published"]]

    def _client(self, code: str) -> FredClient:
        refuse_code(code)
        return FredClient(self.api_key, self.fetcher)


def known_on(revisions: pd.DataFrame, day: str | date) -> pd.Series:
    """The series as it was known at the end of a day, from all its revisions.

    Equal to :meth:`FredVintages.as_of`, without a request a day.

    Parameters
    ----------
    revisions : pandas.DataFrame
        From :meth:`FredVintages.revisions`.
    day : str or date

    Returns
    -------
    pandas.Series
        float64; empty where nothing was known yet.
    """
    when = pd.Timestamp(day)
    published = revisions.index.get_level_values("realtime_start")
    held = (published <= when) & (revisions["realtime_end"] >= when)
    return revisions.loc[held, "value"].droplevel("realtime_start").rename_axis(None).rename(None)


def _windows(vintages: pd.DatetimeIndex) -> Iterator[tuple[str, str]]:
    """First and last days of windows that hold no more vintages than FRED allows."""
    starts = vintages[::_VINTAGES_A_REQUEST]
    ends = [f"{start - _DAY:%Y-%m-%d}" for start in starts[1:]]
    for start, end in zip(starts, [*ends, _STILL_HOLDS], strict=True):
        yield f"{start:%Y-%m-%d}", end


def _rows(
    client: FredClient, code: str, first_day: str, last_day: str
) -> Iterator[tuple[date, date, date, float]]:
    with fredapi_errors(code):
        for row in client.observations(code, first_day, last_day):
            at, start, end = (
                pd.Timestamp(row.attrib[name])
                for name in ("date", "realtime_start", "realtime_end")
            )
            text = row.attrib["value"]
            yield at, start, end, float("nan" if text == client.nan_char else text)


def _joined(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """Figures in the order of dates and publication, made one where they go on across an edge."""
    rows = rows.sort_values(["date", "realtime_start"], ignore_index=True)
    earlier = rows.shift()
    same_date = rows["date"].eq(earlier["date"])
    same_figure = rows["value"].eq(earlier["value"]) | (
        rows["value"].isna() & earlier["value"].isna()
    )
    goes_on = same_date & same_figure & (rows["realtime_start"] - _DAY <= earlier["realtime_end"])
    both_hold = same_date & ~same_figure & (rows["realtime_start"] <= earlier["realtime_end"])
    if both_hold.any():
        row, other = rows[both_hold].iloc[0], earlier[both_hold].iloc[0]
        raise SourceError(
            f"{where}: for {row['date']:%Y-%m-%d} both {other['value']} and {row['value']} "
            f"hold on {row['realtime_start']:%Y-%m-%d}.",
            remedy="Try again later; FRED may be updating the series.",
        )
    pieces = rows.groupby((~goes_on).cumsum(), sort=False)
    return pieces.agg(
        date=("date", "first"),
        realtime_start=("realtime_start", "first"),
        realtime_end=("realtime_end", "max"),
        value=("value", "first"),
    )
