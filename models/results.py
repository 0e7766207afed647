"""What every result can do: a tidy frame, a summary, a plot, its citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
import pandas as pd

from ..errors import SpecError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Bounds = TypeVar("Bounds", float, np.ndarray)

#: Columns of every tidy frame, in this order. ``statistic`` says what the number is (``irf``,
#: ``fevd``, ``pass_through``, ``gain``, ...); several ``level``s stand in one frame.
TIDY_COLUMNS = (
    "model",
    "statistic",
    "shock",
    "response",
    "horizon",
    "estimate",
    "std_error",
    "level",
    "conf_low",
    "conf_high",
    "band",
    "cumulative",
    "unit",
)


def tidy_frame(rows: Iterable[dict[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """A frame with exactly the tidy columns; what a row does not give is missing.

    Parameters
    ----------
    rows : iterable of dict or DataFrame
        Keys are names of ``TIDY_COLUMNS``; any other key is refused.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    unknown = set(frame.columns) - set(TIDY_COLUMNS)
    if unknown:
        raise KeyError(f"not tidy columns: {sorted(unknown)}")
    frame = frame.reindex(columns=list(TIDY_COLUMNS))
    for name in ("estimate", "std_error", "level", "conf_low", "conf_high"):
        frame[name] = frame[name].astype(float)
    for name in ("model", "statistic", "shock", "response", "band", "unit"):
        frame[name] = frame[name].astype(object).fillna("").astype(str)
    return frame.reset_index(drop=True)


@dataclass(frozen=True)
class Summary:
    """A result in words and tables: prints as text, renders as HTML, writes LaTeX.

    Attributes
    ----------
    title : str
    tables : sequence of (caption, DataFrame)
    notes : sequence of str
        Sample, method, units: what makes the numbers readable on their own.
    """

    title: str
    tables: Sequence[tuple[str, pd.DataFrame]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        parts = [self.title, "=" * len(self.title)]
        for caption, table in self.tables:
            parts += ["", caption, table.to_string(float_format=_number, na_rep="")]
        return "\n".join([*parts, "", *self.notes])

    def _repr_html_(self) -> str:
        parts = [f"<h4>{self.title}</h4>"]
        for caption, table in self.tables:
            body = table.to_html(float_format=_number, na_rep="", border=0)
            parts.append(f"<p>{caption}</p>{body}")
        parts += [f"<p><small>{note}</small></p>" for note in self.notes]
        return "\n".join(parts)

    def to_latex(self) -> str:
        """The tables in booktabs style, one after the other, with the notes beneath."""
        parts = []
        for caption, table in self.tables:
            body = table.style.format(_number, na_rep="", escape="latex")
            body = body.format_index(escape="latex", axis=0).format_index(escape="latex", axis=1)
            heading = re.sub(r"([%&$#_{}])", r"\\\1", caption)
            parts.append(body.to_latex(hrules=True, caption=heading, position_float="centering"))
        return "\n".join(parts) + "".join(f"\n% {note}" for note in self.notes) + "\n"


def _number(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return "" if np.isnan(value) else f"{value:.4g}"
    return str(value)


class Result:
    """Mixin of all results: subclasses give ``tidy`` and ``summary``, and name their figure.

    The maketables hooks let ``maketables`` print any result beside regressions of other packages.
    """

    #: Keys into ``models/citations.bib`` of the methods that produced the result.
    methods: ClassVar[tuple[str, ...]] = ()

    #: Module of ``reports.figures`` whose ``draw(tidy, notes=..., **options)`` makes the chart.
    figure: ClassVar[str] = ""

    def tidy(self) -> pd.DataFrame:
        """The result's numbers in ``TIDY_COLUMNS``."""
        raise NotImplementedError

    def summary(self) -> Summary:
        """The result in words and tables."""
        raise NotImplementedError

    def notes(self) -> tuple[str, ...]:
        """What stands under the chart: shock size, identification, bands, sample."""
        return tuple(self.summary().notes)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The result's chart, as ``(figure, axes)``.

        Options are those of the figure's ``draw``.
        """
        return self._draw(self.figure, self.tidy(), **options)

    def _draw(self, figure: str, frame: pd.DataFrame, **options: Any) -> tuple[Figure, Any]:
        """Hand a tidy frame and the notes to a figure function.

        The one place where a model reaches for a picture: the function never sees the model.
        """
        from ..reports.figures import drawing

        if not figure:
            raise SpecError(
                f"{type(self).__name__} has no chart.", remedy="Use its summary() or tidy()."
            )
        return drawing(figure)(frame, **{"notes": self.notes(), **options})

    def save(self, path: str | Path) -> Path:
        """Write the result, draws included, to one file that ``yenloop.load`` reads."""
        from .storage import save

        return save(self, path)

    def export(self, path: str | Path) -> Path:
        """Write the numbers with their labels: a workbook (.xlsx) or a Stata data set (.dta)."""
        from .export import export_result

        return export_result(self, path)

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.methods)

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    @property
    def __maketables_coef_table__(self) -> pd.DataFrame:
        """Point estimates as maketables wants them: b, se, t, p by name."""
        from scipy.stats import norm

        tidy = self.tidy().drop_duplicates(["statistic", "shock", "response", "horizon"])
        names = tidy["statistic"] + ": " + tidy["shock"] + " -> " + tidy["response"]
        names += tidy["horizon"].map(lambda h: "" if pd.isna(h) else f" (h={h:g})")
        t = tidy["estimate"] / tidy["std_error"]
        table = pd.DataFrame(
            {"b": tidy["estimate"], "se": tidy["std_error"], "t": t, "p": 2 * norm.sf(t.abs())}
        )
        return table.set_axis(pd.Index(names, name="Coefficient"), axis=0)

    def __maketables_stat__(self, key: str) -> object:
        """A statistic by name (``N``, ``sample``), where the result has it."""
        return getattr(self, {"N": "nobs"}.get(key, key), None)

    @property
    def __maketables_depvar__(self) -> str:
        """What is explained."""
        return str(getattr(self, "model", type(self).__name__))

    @property
    def __maketables_vcov_info__(self) -> dict[str, str]:
        """How the standard errors were made."""
        tidy = self.tidy()
        return {"vcov_type": tidy["band"].iloc[0] if len(tidy) else ""}

    @property
    def __maketables_default_stat_keys__(self) -> list[str]:
        """Statistics shown by default."""
        return ["N"]


def normal_bounds(estimate: Bounds, std_error: Bounds, level: float) -> tuple[Bounds, Bounds]:
    """Two-sided normal limits: estimate minus and plus the critical value times the error."""
    from scipy.special import ndtri

    reach = float(ndtri((1 + level) / 2)) * std_error
    return estimate - reach, estimate + reach


def bands_from_draws(
    point: np.ndarray, draws: np.ndarray, levels: Sequence[float]
) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
    """Standard error and equal-tailed percentile bands of joint draws.

    Parameters
    ----------
    point : ndarray, shape (...)
        Point estimates (fix the shape; the draws must match it).
    draws : ndarray, shape (R, ...)
        Joint draws, draw axis first; NaN marks draws where the object does not exist.
    levels : sequence of float
        Coverage levels such as ``(0.68, 0.90)``.

    Returns
    -------
    std_error : ndarray, shape (...)
    bands : dict of level to (low, high), each of shape (...)
    """
    from .inference.intervals.percentile import PERCENTILE

    return PERCENTILE.std_error(point, draws), PERCENTILE.bounds(point, draws, levels)
