"""Impulse responses of several models in one chart, with what differs between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ..errors import SpecError
from .citations import bibtex
from .identification.named_shocks import shock_in_words
from .provenance import common, differing, in_words
from .responses import IRF, chosen, periods_of
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: More than this cannot be told apart in one panel.
MOST = 4
#: A fact that fits into a legend.
SHORT = 28


@dataclass(frozen=True, eq=False, kw_only=True)
class Overlay(Result):
    """Responses of two to four models to the same shocks, on the same axes.

    Attributes
    ----------
    irfs : Mapping[str, IRF]
        Responses by label, the one with nested bands first; all have the same variables and
        shocks.
    """

    irfs: Mapping[str, IRF]

    figure: ClassVar[str] = "overlay"

    @cached_property
    def first(self) -> IRF:
        """The responses that the others are laid over."""
        return next(iter(self.irfs.values()))

    @property
    def names(self) -> tuple[str, ...]:
        """Responding variables that all have."""
        return self.first.names

    @property
    def shocks(self) -> tuple[str, ...]:
        """Shocks that all have."""
        return self.first.shocks

    @property
    def model(self) -> str:
        """The models, by label."""
        return " / ".join(f"{label}: {irf.model}" for label, irf in self.irfs.items())

    def differences(self, shock: str | None = None) -> dict[str, dict[str, str]]:
        """By fact, each result's value, where they are not all the same.

        Parameters
        ----------
        shock : str, optional
            Whose size is compared; by default the first one's.
        """
        return differing(self._facts(shock))

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """The responses of all, one after the other; ``model`` is the label."""
        parts = [irf.tidy(levels).assign(model=label) for label, irf in self.irfs.items()]
        return tidy_frame(pd.concat(parts))

    def summary(self) -> Summary:
        """What differs, and each response at a few horizons by label."""
        facts = pd.DataFrame.from_dict(self.differences(), orient="index")
        tables = [("What differs", facts)] if len(facts) else []
        for shock in self.first.sized:
            cells = {
                label: irf.select(shock=shock).summary().tables[0][1]
                for label, irf in self.irfs.items()
            }
            rows = {
                f"{label}: {irf.label(name)}": cells[label].loc[irf.label(name)]
                for name in self.names
                for label, irf in self.irfs.items()
            }
            table = pd.DataFrame.from_dict(rows, orient="index").fillna("")
            tables.append((f"{self._size_in_words(shock)} (widest bands)", table))
        return Summary("Impulse responses compared", tables, self.notes())

    def notes(self, shock: str | None = None) -> tuple[str, ...]:
        """Size of the shock, cumulation, what differs, what is common."""
        facts = self._facts(shock)
        summed = [self.first.columns[n].label for n in self.names if n in self.first.cumulated]
        which = "all" if len(summed) == len(self.names) else ", ".join(summed)
        unlike = [_said(fact, in_words(values)) for fact, values in differing(facts).items()]
        shared = common({label: irf.facts for label, irf in self.irfs.items()})
        alike = [f"{fact} {value}" for fact, value in shared.items() if value]
        first, *others = self.irfs
        levels = " and ".join(f"{level:.0%}" for level in sorted(self.first.levels))
        return (
            f"Shaded: {levels} bands of {first}; thin lines: widest band of {', '.join(others)}.",
            *([f"Cumulated responses: {which}."] if summed else []),
            f"What differs: {'; '.join(unlike)}." if unlike else "Nothing differs.",
            f"In common: {'; '.join(alike)}.",
            *self._caveats(),
        )

    def plot(
        self,
        *,
        shock: str | None = None,
        response: str | Sequence[str] | None = None,
        **options: Any,
    ) -> tuple[Figure, Any]:
        """Responses to one shock, one panel a variable.

        Parameters
        ----------
        shock : str, optional
            By default the first shock whose size was asked for.
        response : str or sequence of str, optional
            By default all variables.
        """
        shock = chosen(shock or self.first.sized[0], self.shocks, "shock")[0]
        picked = chosen(response, self.names, "variable")
        frames = [
            irf.select(shock=shock, response=picked).tidy().assign(model=label)
            for label, irf in self.irfs.items()
        ]
        given = {
            "notes": self.notes(shock),
            "labels": {name: self.first.columns[name].label for name in picked},
            "title": self._size_in_words(shock),
            "periods": periods_of(self.first.columns[picked[0]]),
        }
        return self._draw(self.figure, tidy_frame(pd.concat(frames)), **(given | options))

    def cite(self) -> str:
        """BibTeX of the methods used by any of them."""
        references = (key for irf in self.irfs.values() for key in irf.references)
        return bibtex(tuple(dict.fromkeys(references)))

    def _facts(self, shock: str | None) -> dict[str, dict[str, str]]:
        """The facts of each result, with those of its responses: the size of a shock first."""
        asked = shock or self.first.sized[0]
        return {
            label: {
                "shock": irf.sizes[asked],
                **irf.facts,
                "bands hold": _held(irf),
                "levels": ", ".join(f"{level:.0%}" for level in irf.levels),
                "last horizon": str(irf.horizon),
            }
            for label, irf in self.irfs.items()
        }

    def _caveats(self) -> list[str]:
        """What the settings say beyond the facts: once where all say it, else with the label."""
        said = {}
        for label, irf in self.irfs.items():
            held = [irf.facts[fact] for fact in ("identification", "bands", "sample")]
            said[label] = [s for s in irf.setting if not any(fact in s for fact in held)]
        found = []
        for sentence in dict.fromkeys(s for some in said.values() for s in some):
            by = [label for label, some in said.items() if sentence in some]
            found.append(sentence if len(by) == len(said) else f"{', '.join(by)}: {sentence}")
        return found

    def _size_in_words(self, shock: str) -> str:
        """The size of the shock, or that it is not the same in all."""
        sizes = {irf.sizes[shock] for irf in self.irfs.values()}
        if len(sizes) == 1:
            return sizes.pop()
        return f"{shock_in_words(shock, self.first.columns)}: sizes differ, see the note"


def overlay(
    irfs: Mapping[str, IRF] | Iterable[IRF], labels: Sequence[str] | None = None
) -> Overlay:
    """Lay the responses of several models over one another.

    Parameters
    ----------
    irfs : mapping of label to IRF, or iterable of IRF
        Two to four. Variables and shocks that not all have are left out.
    labels : sequence of str, optional
        Names of the results where no mapping gives them; by default what differs, where that is
        one short fact, and otherwise letters.

    Raises
    ------
    SpecError
        If there is no common shock or variable, or a variable is in different units: cumulated in
        one and not in another, in basis points and in per cent.
    """
    given = list(irfs.values()) if isinstance(irfs, Mapping) else list(irfs)
    other = [type(one).__name__ for one in given if not isinstance(one, IRF)]
    if other:
        raise SpecError(f"A result is {other[0]}, not IRF.", remedy="Overlay impulse responses.")
    if not 2 <= len(given) <= MOST:
        raise SpecError(
            f"{len(given)} results in one chart.", remedy=f"Lay 2 to {MOST} over another."
        )
    names = [n for n in given[0].names if all(n in irf.names for irf in given)]
    shocks = [s for s in given[0].shocks if all(s in irf.shocks for irf in given)]
    if not names or not shocks:
        what = "variable" if shocks else "shock"
        raise SpecError(f"The results have no {what} in common.", remedy="Compare like with like.")
    named = list(irfs) if isinstance(irfs, Mapping) else labels
    found = dict(zip(named or _default_labels(given), given, strict=False))
    if len(found) < len(given):
        raise SpecError(
            f"{len(given)} results with the labels {', '.join(found)}.",
            remedy="Give each a label of its own.",
        )
    _require_same_units(found, names)
    return Overlay(
        irfs={label: irf.select(shock=shocks, response=names) for label, irf in found.items()}
    )


def _default_labels(irfs: Sequence[IRF]) -> list[str]:
    """The one short fact that differs, or letters.

    Other data go with another sample, and another first period of it with other lags.
    """
    letters = list("ABCD"[: len(irfs)])
    unlike = differing({letter: irf.facts for letter, irf in zip(letters, irfs, strict=True)})
    unlike.pop("data", None)
    if "model" in unlike:
        unlike.pop("sample", None)
    if len(unlike) == 1:
        ((_, values),) = unlike.items()
        if all(0 < len(value) <= SHORT for value in values.values()):
            return list(values.values())
    return letters


def _held(irf: IRF) -> str:
    """What is inside the bands with their probability."""
    return (
        irf.joint_band.describe().rstrip(".") if irf.joint_band else "each response at each horizon"
    )


def _said(fact: str, words: str) -> str:
    return f"{fact} ({words})" if words else fact


def _require_same_units(irfs: Mapping[str, IRF], names: Sequence[str]) -> None:
    """Refuse a variable that one axis cannot show for all results."""
    for name in names:
        kinds = {
            label: f"{irf.units[name]}{', cumulated' if name in irf.cumulated else ''}"
            for label, irf in irfs.items()
        }
        if len(set(kinds.values())) > 1:
            raise SpecError(
                f"Responses of {name} are not in the same unit ({in_words(kinds)}).",
                remedy="Ask for responses with the same units and the same cumulation.",
            )
