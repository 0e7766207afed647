"""The bounds test for a relation in levels, with limits simulated at the size of the sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..estimation.bounds import BoundsDraws, simulate_bounds
from .results import Result, Summary, tidy_frame

CASES = {
    1: "no constant and no trend",
    2: "a constant inside the relation",
    3: "a constant outside the relation",
    4: "a constant outside and a trend inside the relation",
    5: "a constant and a trend outside the relation",
}

#: Significance levels for which there are asymptotic limits.
TABULATED = {0.10: 0, 0.05: 1, 0.01: 2, 0.001: 3}


@dataclass(frozen=True, eq=False, kw_only=True)
class BoundsTest(Result):
    """F and t of the levels, between what I(0) and what I(1) regressors would give by chance.

    Attributes
    ----------
    price : str
        Id of what is explained.
    f : float
        Joint statistic of all levels (and of the terms inside the relation), over their number.
    t : float
        Of the price's own lagged level.
    case : int
    level : float
        Significance level.
    limits : DataFrame
        By ``count`` (regressors in levels, k) and ``statistic`` (``F``, ``t``): ``lower``,
        ``upper`` (for I(0) and I(1) regressors, at this sample size), ``p_lower``, ``p_upper``,
        and of F the same for large samples (``asymptotic_lower``, ``asymptotic_upper``,
        ``asymptotic_p_lower``, ``asymptotic_p_upper``). There is no t for the cases 2 and 4.
    counts : tuple of str
        What is counted in each k, in words.
    nobs : int
    replications : int
    sample : str
    """

    price: str
    f: float
    t: float
    case: int
    level: float
    limits: pd.DataFrame
    counts: tuple[str, ...]
    nobs: int
    replications: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("pesaran_shin_smith2001", "banerjee1998")
    model: ClassVar[str] = "bounds test"

    @property
    def verdicts(self) -> tuple[str, ...]:
        """``found``, ``not found``, ``inconclusive`` or ``degenerate``, one for each count."""
        return tuple(self._verdict(count) for count in self._ks())

    @property
    def sentence(self) -> str:
        """What the test allows to say."""
        verdicts = dict.fromkeys(self.verdicts)
        if len(verdicts) == 1:
            return _SENTENCES[next(iter(verdicts))].format(level=self.level)
        parts = [
            f"counting {words}: {_SENTENCES[verdict].format(level=self.level)}"
            for words, verdict in zip(self.counts, self.verdicts)
        ]
        return "The conclusion depends on the count of regressors; " + " ".join(parts)

    def tidy(self) -> pd.DataFrame:
        """The statistics and their p-values under I(0) and I(1) regressors, by count."""
        return tidy_frame(self._rows())

    def summary(self) -> Summary:
        """Statistics, limits, and the sentence."""
        at = f"Limits at {self.level:.0%}"
        return Summary(
            "Bounds test for a relation in levels",
            [
                ("Statistics", pd.DataFrame({"value": {"F": self.f, "t": self.t}})),
                (at, self.limits.set_index(["count", "statistic"])),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """The sentence, and how the limits were made."""
        counted = "; ".join(f"k = {k}: {words}" for k, words in zip(self._ks(), self.counts))
        return (
            self.sentence,
            f"Case {self.case}: {CASES[self.case]}. Counted: {counted}.",
            f"Limits simulated with T = {self.nobs} ({self.replications:,} replications, I(0) and "
            "I(1) regressors); errors alike and uncorrelated, so the statistics use the classical "
            "covariance.",
            f"Sample {self.sample}.",
        )

    def _ks(self) -> list[int]:
        return list(dict.fromkeys(self.limits["count"]))

    def _verdict(self, count: int) -> str:
        rows = self.limits[self.limits["count"] == count].set_index("statistic")
        limits = {str(name): tuple(row) for name, *row in rows[["lower", "upper"]].itertuples()}
        lower, upper = limits["F"]
        if self.f < lower:
            return "not found"
        if self.f <= upper:
            return "inconclusive"
        if "t" not in limits or self.t < limits["t"][1]:
            return "found"
        return "degenerate" if self.t > limits["t"][0] else "inconclusive"

    def _rows(self) -> Iterator[dict[str, Any]]:
        values = {"F": self.f, "t": self.t}
        for row in self.limits.to_dict("records"):
            same = {"model": self.model, "response": self.price, "band": f"k = {row['count']}"}
            name = f"bounds {row['statistic']}"
            yield {
                **same,
                "statistic": name,
                "estimate": values[str(row["statistic"])],
                "level": self.level,
                "conf_low": row["lower"],
                "conf_high": row["upper"],
            }
            yield {**same, "statistic": f"{name}, p-value, I(0)", "estimate": row["p_lower"]}
            yield {**same, "statistic": f"{name}, p-value, I(1)", "estimate": row["p_upper"]}


_SENTENCES = {
    "found": "A relation in levels is found at {level:.0%}, whether the regressors are I(0) or "
    "I(1).",
    "not found": "No relation in levels is found at {level:.0%}: long-run multipliers presume one.",
    "inconclusive": "The test is not conclusive at {level:.0%}: a statistic lies between the "
    "limits for I(0) and I(1) regressors.",
    "degenerate": "The levels matter jointly at {level:.0%}, but the price does not adjust to "
    "them (t), so they form no relation with it.",
}


def bounds_test(
    f: float,
    t: float,
    *,
    price: str,
    case: int,
    counts: Sequence[tuple[int, str]],
    nobs: int,
    sample: str,
    level: float = 0.05,
    replications: int = 20_000,
) -> BoundsTest:
    """Put statistics between their limits.

    Parameters
    ----------
    f, t : float
    price : str
    case : int
    counts : sequence of (int, str)
        Numbers of regressors in levels to compare with, in words too.
    nobs : int
    sample : str
    level : float
    replications : int

    Notes
    -----
    Asymptotic limits of F are statsmodels' tables (32 million replications), taken for k
    regressors: its own ``bounds_test`` counts the price among them, which makes the limits too
    small, and estimates again without seasonal and other dummies.

    References
    ----------
    Pesaran, Shin and Smith (2001), Journal of Applied Econometrics 16; Banerjee, Dolado and Mestre
    (1998), Journal of Time Series Analysis 19 (t).
    """
    if not 0 < level < 1:
        raise SpecError(f"level = {level}.", remedy="Use a share such as 0.05.")
    rows = []
    for count, _ in counts:
        draws = _simulated(count, case, nobs, replications)
        rows.append(_limits("F", count, draws.f, 1 - level, f) | _tabulated(count, case, level, f))
        if case not in (2, 4):
            rows.append(_limits("t", count, draws.t, level, t))
    return BoundsTest(
        price=price,
        f=f,
        t=t,
        case=case,
        level=level,
        limits=pd.DataFrame(rows),
        counts=tuple(words for _, words in counts),
        nobs=nobs,
        replications=replications,
        sample=sample,
    )


@lru_cache(maxsize=16)
def _simulated(count: int, case: int, nobs: int, replications: int) -> BoundsDraws:
    """The same draws for every equation of that size."""
    return simulate_bounds(count, case, nobs, replications=replications)


def _limits(
    name: str, count: int, draws: np.ndarray, quantile: float, value: float
) -> dict[str, object]:
    """Limits and p-values; t rejects to the left, F to the right."""
    beyond = draws <= value if name == "t" else draws >= value
    lower, upper = np.quantile(draws, quantile, axis=1)
    p_lower, p_upper = (beyond.sum(axis=1) + 1) / (draws.shape[1] + 1)
    return {
        "count": count,
        "statistic": name,
        "lower": float(lower),
        "upper": float(upper),
        "p_lower": float(p_lower),
        "p_upper": float(p_upper),
    }


def _tabulated(count: int, case: int, level: float, f: float) -> dict[str, object]:
    """Limits of F in large samples, where they are tabulated, and its p-values."""
    from scipy.stats import norm
    from statsmodels.tsa.ardl import pss_critical_values as tables

    found: dict[str, object] = {}
    for side, integrated in (("lower", False), ("upper", True)):
        key = count, case, integrated
        if key not in tables.crit_vals:
            return {}
        if level in TABULATED:
            found[f"asymptotic_{side}"] = tables.crit_vals[key][TABULATED[level]]
        small = f > tables.stat_star[key]
        powers = (tables.small_p if small else tables.large_p)[key]
        at = np.polynomial.polynomial.polyval(np.log(f), powers)
        found[f"asymptotic_p_{side}"] = float(norm.sf(at))
    return found
