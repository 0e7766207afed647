"""Identification by changes in the variances of the shocks between regimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...data.dates import label_of, regular_index, require_date, span_of
from ...data.panel import Column
from ...errors import NotIdentifiedError, NumericalError, SampleError, SpecError
from ...estimation.variance_breaks import estimate_breaks
from ...estimation.variance_regimes import (
    RegimeFit,
    RegimeModel,
    estimate_regimes,
    log_likelihood,
)
from ..options import require_count
from ..reduced_form.heteroskedastic import HeteroskedasticVAR, observations, reestimated
from .distinct_variances import RegimeMoments, equal_test, pair_tests, proportional_test
from .variance_scheme import (
    VarianceScheme,
    labelled,
    not_told_apart,
    ranked,
    ranked_in_words,
    required_plain,
)

if TYPE_CHECKING:
    from ..reduced_form.base import ReducedForm
    from ..reduced_form.var_results import VARResults


@dataclass(frozen=True, slots=True)
class RegimeLabels:
    """The regime of each period by name.

    Attributes
    ----------
    periods : tuple of str
        As ``label_of`` prints them.
    labels : tuple of str
        The regime of each.
    order : tuple of str
        The regimes, the one that ratios are relative to first.
    """

    periods: tuple[str, ...]
    labels: tuple[str, ...]
    order: tuple[str, ...]

    @classmethod
    def of(cls, series: pd.Series) -> RegimeLabels:
        """Labels of a dated series: categories, truth values or anything with a name."""
        if not isinstance(series, pd.Series) or series.isna().any():
            raise SpecError(
                "by is not a series with a regime for each period.",
                remedy="Give a Series of labels with the dates of the data as its index.",
            )
        if isinstance(series.dtype, pd.CategoricalDtype):
            order = [c for c in series.cat.categories if (series == c).any()]
        elif series.dtype == bool:
            order = [value for value in (False, True) if (series == value).any()]
        else:
            order = list(dict.fromkeys(series))
        periods = tuple(label_of(date) for date in regular_index(series.index))
        return cls(periods, tuple(map(str, series)), tuple(map(str, order)))


@dataclass(frozen=True, slots=True)
class VarianceRegimes(VarianceScheme):
    """Shocks whose variances change between regimes while their effects stay.

    E u_t u_t' = B Lambda_m B' in regime m, Lambda_m diagonal: the regimes' covariances hold more
    figures than B, and tell apart all shocks whose variances do not move by the same factor.
    Coefficients, B and variances are estimated together by Gaussian maximum likelihood:
    coefficients by generalised least squares, B by a joint diagonalisation (for two regimes a
    generalised eigenvalue problem), in turn until both stay.

    Parameters
    ----------
    breaks : sequence of str or int
        First periods of the later regimes, such as ``["2008-09", "2013-04"]``; or how many such
        dates to estimate by maximum likelihood. Bands are conditional on estimated dates.
    by : Series, optional
        The regime of each period by name instead, such as ``decision`` and ``other``. Variances
        are relative to the first: of categories their first, of truth values False, otherwise the
        regime of the first period.
    trimming : float
        Share of the sample that each regime has at least where dates are estimated.
    labels : mapping of str to int, optional
        Which shock belongs to a variable, by the rank of its variance in the second regime
        relative to the first: ``{"jgb10y": 1}`` says that it is the one that rises most. The
        others, by default all, are assigned to the variables whose variance they make up most of.
    level, strict
        See ``VarianceScheme``.

    Notes
    -----
    Rigobon (2003); Lanne and Lütkepohl (2008). Shocks have unit variance on average over the
    sample, so that B B' is the average covariance and one standard deviation is that of an average
    period; ``svar.variance_ratios()`` has B in the units of the first regime as well. A positive
    shock raises its own variable. Shocks whose variance ratios are not distinct are not
    identified: if none is, the estimate is refused.
    """

    breaks: int | Sequence[str] = ()
    by: pd.Series | RegimeLabels | None = None
    trimming: float = 0.15
    labels: Mapping[str, int] | None = None

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        "rigobon2003",
        "lanne_luetkepohl2008",
        "luetkepohl_meitz2021",
        "pham2001",
        "flury1986",
    )

    def __post_init__(self) -> None:
        VarianceScheme.__post_init__(self)
        if not isinstance(self.breaks, int):
            given = (self.breaks,) if isinstance(self.breaks, str) else tuple(self.breaks)
            object.__setattr__(self, "breaks", given)
        elif self.breaks:
            require_count("breaks", self.breaks, 1)
        if bool(self.breaks) == (self.by is not None):
            raise SpecError(
                "Regimes are given by breaks or by labels.",
                remedy='Use breaks=["2008-09"], breaks=1 to estimate a date, or by=series.',
            )
        if self.by is not None and not isinstance(self.by, RegimeLabels):
            object.__setattr__(self, "by", RegimeLabels.of(self.by))
        if not 0 < self.trimming < 0.5:
            raise SpecError(f"trimming = {self.trimming}.", remedy="Use a share such as 0.15.")
        if self.labels is not None:
            object.__setattr__(self, "labels", dict(self.labels))

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[HeteroskedasticVAR, np.ndarray]:
        """The VAR with its regimes, and B; see ``ReadsSample.estimate``.

        Raises
        ------
        SpecError
            If the regimes do not fit the sample or the VAR is restricted.
        SampleError
            If a regime is too short.
        NumericalError
            If the likelihood has no maximum within reach.
        NotIdentifiedError
            If variances do not differ, or tell no shock apart.

        Warns
        -----
        IdentificationWarning
            If they do not tell all shocks apart; with ``strict`` those are NaN instead.
        """
        plain = required_plain(reduced)
        if isinstance(self.breaks, int):
            regime, fit = self._searched(plain, self.breaks)
        else:
            regime = self._regime_of(plain)
            _require_long_enough(regime, plain, self._names_of(regime, plain))
            data = observations(plain)
            fit = estimate_regimes(data, np.eye(regime.max() + 1)[regime])
        found = self._labelled(plain, regime, fit)
        moments = RegimeMoments.of(found)
        self._require_different(found, moments, seed)
        apart = not_told_apart(pair_tests(moments)[1], plain, self.level, strict=self.strict)
        return found, np.where(apart, found.impact, np.nan) if self.strict else found.impact

    def smallest(self, plain: VARResults) -> int:
        """Fewest periods of a regime whose dates are estimated."""
        return max(int(self.trimming * plain.nobs), _fewest(plain))

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """What moves and what stays, the regimes, and how shocks got their labels."""
        if isinstance(self.by, RegimeLabels):
            regimes = f"regimes {', '.join(self.by.order)}"
        elif isinstance(self.breaks, int):
            many = "s" if self.breaks > 1 else ""
            regimes = f"{self.breaks} date{many} of change estimated by maximum likelihood"
        else:
            regimes = f"new regimes from {', '.join(self.breaks)}"
        return (
            f"Identified by changes in the variances of the shocks, whose effects stay ({regimes}; "
            f"maximum likelihood; unit variance on average); labels: "
            f"{ranked_in_words(self.labels, columns)}assigned to the "
            "variables whose variance they make up most of"
        )

    def _searched(self, plain: VARResults, count: int) -> tuple[np.ndarray, RegimeFit]:
        smallest = self.smallest(plain)
        if plain.resampled_rows.sum() < (count + 1) * smallest:
            raise SampleError(
                f"{count + 1} regimes of at least {smallest} periods each do not fit into "
                f"{plain.sample}, T = {plain.nobs}.",
                remedy="Use fewer breaks or lags, or a smaller trimming.",
            )
        starts, fit, _ = estimate_breaks(observations(plain), count, smallest)
        return np.searchsorted(starts, np.arange(plain.nobs), side="right"), fit

    def _regime_of(self, plain: VARResults) -> np.ndarray:
        """The number of each period's regime, shape (T,)."""
        dates = plain.dates
        if isinstance(self.by, RegimeLabels):
            known = dict(zip(self.by.periods, self.by.labels, strict=True))
            absent = [label_of(date) for date in dates if label_of(date) not in known]
            if absent:
                more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
                raise SpecError(
                    f"No regime is given for {', '.join(absent[:3])}{more}.",
                    remedy=f"Give one for each period of {span_of(dates)}.",
                )
            mine = [known[label_of(date)] for date in dates]
            order = [label for label in self.by.order if label in mine]
            found = np.array([order.index(label) for label in mine])
        else:
            starts = [_first_row(dates, text) for text in self.breaks]  # type: ignore[union-attr]
            found = np.searchsorted(np.sort(starts), np.arange(len(dates)), side="right")
        if len(np.unique(found)) < 2:
            raise SpecError(
                f"All periods of {span_of(dates)} are of one regime.",
                remedy="Give dates inside the sample.",
            )
        return np.unique(found, return_inverse=True)[1]

    def _names_of(self, regime: np.ndarray, plain: VARResults) -> tuple[str, ...]:
        """Regimes by their label, or by first and last period."""
        if isinstance(self.by, RegimeLabels):
            known = dict(zip(self.by.periods, self.by.labels, strict=True))
            first = [plain.dates[int(np.argmax(regime == m))] for m in range(regime.max() + 1)]
            return tuple(known[label_of(date)] for date in first)
        return tuple(span_of(plain.dates[regime == m]) for m in range(regime.max() + 1))

    def _labelled(
        self, plain: VARResults, regime: np.ndarray, fit: RegimeFit
    ) -> HeteroskedasticVAR:
        """The re-estimated VAR, each shock at the place of its variable."""
        if not np.isfinite(fit.lags).all() or not np.isfinite(fit.unmixing).all():
            raise NumericalError(
                f"The likelihood of the regimes of {', '.join(plain.names)} has no maximum within "
                "reach.",
                remedy="Use longer regimes, or fewer lags or variables.",
            )
        unmixing, variances = fit.unmixing[0], fit.variances[0]
        order, signs = labelled(unmixing, ranked(self.labels, variances, plain.names))
        model = RegimeModel(regime, signs[:, None] * unmixing[order], variances[:, order])
        names = self._names_of(regime, plain)
        counts = np.bincount(regime[plain.resampled_rows])
        shown = ", ".join(f"{name} (T = {count})" for name, count in zip(names, counts))
        unit = np.linalg.inv(model.unmixing)
        modelled = np.einsum("ik,mk,jk->mij", unit, model.variances, unit)
        loglik = float(log_likelihood(modelled, counts))
        if plain.scales is not None:
            loglik -= len(plain.names) * float(np.log(plain.scales).sum())
        return reestimated(
            plain,
            fit,
            model,
            regimes=names,
            searched=isinstance(self.breaks, int),
            words=f"generalised least squares with the variances of {shown}, iterated to maximum "
            "likelihood",
            loglik=loglik,
        )

    def _require_different(
        self, found: HeteroskedasticVAR, moments: RegimeMoments, seed: int
    ) -> None:
        smallest = self.smallest(found.plain)
        equal = equal_test(moments, seed, searched=found.searched, smallest=smallest)
        for test in (equal, proportional_test(moments)):
            if test.p_value > self.level:
                raise NotIdentifiedError(
                    f"No shock is identified: it is not rejected that {test.null.split(':')[0]} "
                    f"({test.name}, p = {test.p_value:.2f}; regimes {', '.join(found.regimes)}).",
                    remedy="Use regimes that differ more, or another scheme.",
                )


def _fewest(plain: VARResults) -> int:
    """Periods of a regime from which on no combination of variables can be fitted exactly."""
    return len(plain.regressors) + len(plain.names)


def _require_long_enough(regime: np.ndarray, plain: VARResults, names: Sequence[str]) -> None:
    """With fewer periods the likelihood has no maximum: coefficients can fit a regime exactly."""
    counts = np.bincount(regime[plain.resampled_rows], minlength=regime.max() + 1)
    fewest = _fewest(plain)
    short = [f"{name} has {count}" for name, count in zip(names, counts) if count < fewest]
    if short:
        raise SampleError(
            f"A regime of a {plain.model} with {len(plain.regressors)} coefficients an equation "
            f"needs at least {fewest} periods; {', '.join(short)}.",
            remedy="Join regimes, or use fewer lags or variables.",
        )


def _first_row(dates: pd.Index, text: str) -> int:
    """Row of the first period of a regime that begins with the given date."""
    start = require_date(text)
    if isinstance(dates, pd.PeriodIndex):
        row = int(np.searchsorted(dates.asi8, start.asfreq(dates.freqstr, how="start").ordinal))
    else:
        row = int(dates.searchsorted(start.start_time))
    if not 0 < row < len(dates):
        raise SpecError(
            f"The break {text} leaves no period on one side of it ({span_of(dates)}).",
            remedy="Give a date inside the sample.",
        )
    return row
