"""The panel of the loop: which series plays which part, in the form in which it is modelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import MissingSeriesError
from .panel import Panel
from .sources.files import Data, load_data
from .tax_steps import TAX_DATES, TaxStep
from .transforms import apply, catalogue_recipe, window

#: For each part in the loop the catalogue ids that may play it, in order of preference. Which one
#: was taken is printed and stands in the manifest.
CANDIDATES: Mapping[str, tuple[str, ...]] = {
    "oil": ("brent", "wti"),
    "us10y": ("us10y",),
    "yen": ("usdjpy_tokyo", "usdjpy_h10"),
    "import_price": ("import_price_yen",),
    "import_price_contract": ("import_price_contract",),
    "producer_price": ("cgpi",),
    "cpi": ("cpi_core",),
    "jgb10y": ("jgb10y",),
}

#: Parts without which there is no loop, in the base order of the recursive identification.
LOOP = ("oil", "us10y", "yen", "import_price", "cpi", "jgb10y")

#: The level whose change each transform takes.
_LEVEL_OF = {"dlog100": "log100", "diff": "level"}


@dataclass(frozen=True)
class LoopPanel:
    """The loop's series as modelled, and who plays which part.

    Attributes
    ----------
    panel : Panel
        Monthly changes: 100 x log differences of prices and exchange rates, differences of
        yields in percentage points; each column on its own span.
    levels : Panel
        The same in levels (100 x log, per cent a year), for unit-root and cointegration tests.
    roles : Mapping[str, str]
        Part in the loop to catalogue id.
    choices : tuple of str
        One sentence a part: which series was taken, and which preferred one was not there.
    notes : tuple of str
        What was done to each series.
    tax_steps : tuple of TaxStep
        Consumption-tax steps that were removed, with their standard errors.
    """

    panel: Panel
    levels: Panel
    roles: Mapping[str, str]
    choices: tuple[str, ...]
    notes: tuple[str, ...]
    tax_steps: tuple[TaxStep, ...]

    def ids(self, roles: Iterable[str]) -> list[str]:
        """Catalogue ids of the given parts, in their order."""
        return [self.roles[role] for role in roles]

    def select(
        self, roles: Iterable[str], *, start: str | None = None, end: str | None = None
    ) -> Panel:
        """The given parts on their common sample."""
        return self.panel.select(self.ids(roles), start=start, end=end)


def loop_panel(
    data: Data,
    candidates: Mapping[str, Sequence[str]] = CANDIDATES,
    *,
    required: Sequence[str] = LOOP,
    start: str | None = "1999-01",
    end: str | None = None,
    tax_dates: Sequence[str] = TAX_DATES,
) -> LoopPanel:
    """Cast the parts of the loop and bring the series into changes.

    Parameters
    ----------
    data : Data
    candidates : mapping of part to ids
        The first id whose figures begin within the window's first year plays the part; where
        none does, the one that begins first.
    required : sequence of str
        Parts that must be there; others may be missing.
    start, end : str, optional
        First and last month of the levels; the first change is a month later.
    tax_dates : sequence of str
        Months of the consumption-tax steps to remove from price indices that include the tax;
        those outside the window are passed over.

    Raises
    ------
    MissingSeriesError
        A required part has no candidate in the data.
    DataError, GapError
    """
    cut = window(data.monthly, start, end)
    roles, choices = {}, []
    for role, ids in candidates.items():
        found = _cast(cut, ids)
        if found is None and role in required:
            raise MissingSeriesError(
                f"The data ({data.monthly.source}) hold none of {', '.join(ids)} for the part "
                f"'{role}' of the loop.",
                remedy=f"Map a column to one of them, or name another id for [roles] {role}.",
            )
        if found is not None:
            roles[role] = found
            choices.append(_choice(role, found, ids, cut))
    recipe = catalogue_recipe(roles.values(), data.entries)
    in_levels = {name: _LEVEL_OF.get(kind, kind) for name, kind in recipe.transforms.items()}
    done, levels = (
        apply(cut, kinds, recipe.flips, recipe.tax_steps, tax_dates=tax_dates)
        for kinds in (recipe.transforms, in_levels)
    )
    return LoopPanel(done.panel, levels.panel, roles, tuple(choices), done.notes, done.tax_steps)


def load_loop_panel(
    where: str | Path | None = None,
    *,
    start: str | None = "1999-01",
    end: str | None = None,
) -> Panel:
    """The six series of the loop in monthly changes, in the base order, on their common sample.

    Oil, US 10-year yield, yen per dollar, import prices (yen basis), core CPI without the
    consumption-tax steps, JGB 10-year yield. Seasons are left in: use ``VAR(seasonal=True)``.

    Parameters
    ----------
    where : path, optional
        As ``load_data``; the embedded panel by default.
    start, end : str, optional
        First and last month of the levels.
    """
    return loop_panel(load_data(where), start=start, end=end).select(LOOP)


def _cast(panel: Panel, ids: Sequence[str]) -> str | None:
    """The id that plays a part, or None where the data hold none of them."""
    begins = {
        name: int(panel.frame[name].notna().to_numpy().argmax())
        for name in ids
        if name in panel.names and panel.frame[name].notna().any()
    }
    early = [name for name, row in begins.items() if row < 12]
    return early[0] if early else min(begins, key=begins.__getitem__, default=None)


def _choice(role: str, found: str, ids: Sequence[str], panel: Panel) -> str:
    column = panel.describe(found)
    what = ", ".join(filter(None, (column.publisher, column.observed, column.clock)))
    reasons = []
    for name in ids[: list(ids).index(found)]:
        if name in panel.names and panel.frame[name].notna().any():
            reasons.append(f"{name} has only {' to '.join(panel.span(name))}")
        else:
            reasons.append(f"{name} is not in the data")
    absent = f" (preferred, but {'; '.join(reasons)})" if reasons else ""
    return f"{role}: {found}, {column.label}; {what}{absent}"
