"""Estimated local projections: responses to the shocks that are asked for, single regressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..estimation.streams import seed_from
from .options import require_count, require_levels
from .projection_shocks import ReducedFormInnovations, Scheme, Shocks
from .projection_words import Words
from .reduced_form.lag_selection import require_observations
from .responses import Size, cumulated_columns
from .results import Result, Summary

if TYPE_CHECKING:
    from .projection_irf import ProjectionIRF
    from .projections import LocalProjections
    from .reduced_form.var_results import VARResults

#: Last horizon of ``tidy``.
SHOWN = 24
#: With a largest root above this, intervals by critical values cover too little in short samples.
PERSISTENT = 0.9


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectionResults(Result):
    """Local projections on one sample.

    Attributes
    ----------
    spec : LocalProjections
    one_step : VARResults
        The regressions of horizon 0 on lags: the VAR of the same specification.
    """

    spec: LocalProjections
    one_step: VARResults

    methods: ClassVar[tuple[str, ...]] = ("jorda2005", "plagborg_moller_wolf2021")

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of the arrays."""
        return self.one_step.names

    @property
    def columns(self) -> Mapping[str, Column]:
        """What each variable is."""
        return self.one_step.columns

    @property
    def p(self) -> int:
        """Lags before the period of the shock."""
        return self.one_step.p

    @property
    def model(self) -> str:
        """Name of the model in tables, such as ``LP(12)``."""
        return f"LP({self.p})"

    @property
    def nobs(self) -> int:
        """Observations of horizon 0."""
        return self.one_step.nobs

    @property
    def sample(self) -> str:
        """First and last period of the shocks at horizon 0, presample excluded."""
        return self.one_step.sample

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of the methods used."""
        corrected = ("herbst_johannsen2024",) if self.spec.bias_correction else ()
        return (*self.methods, *self.spec.errors.methods, *corrected)

    def irf(
        self,
        shock: str | Sequence[str] | None = None,
        horizon: int = 24,
        *,
        scheme: Scheme,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
        rng: int | np.random.Generator | None = 0,
    ) -> ProjectionIRF:
        """Responses to shocks, with bands from the joint covariance of all regressions.

        Parameters
        ----------
        shock : str or sequence of str, optional
            Names of their variables; by default all, or those that ``size`` names.
        horizon : int
            Last horizon, in periods; the first is 0.
        scheme : Cholesky or ReducedFormInnovations
            Which variables of the period of the shock are controls: those that come before its own
            in an order, or all others.
        size : {"1sd", "unit"} or mapping of shock to size
            One structural standard deviation, that of the shock after its controls (never of the
            reduced-form error), with the uncertainty of that size in the bands; one unit of the
            shock's variable on impact; or its impact in the panel's unit. The last two are fixed.
        cumulative : bool or "auto"
            Explain sums of a variable from t to t + h: of all, none, or the differenced columns,
            for which that is the response of the level. The sum is the regression's left-hand side;
            bounds are not summed.
        levels : sequence of float
            Coverage of the bands.
        rng : int, Generator or None
            Seed of the bootstrap, where there is one.

        Raises
        ------
        SpecError, SampleError, NumericalError, DrawError
        """
        require_count("horizon", horizon, 0)
        require_levels(levels)
        shocks = Shocks.of(scheme, shock, size, self.names)
        cumulated = cumulated_columns(self.names, self.columns, cumulative)
        return _responses(self, shocks, horizon, cumulated, levels, seed_from(rng))

    def regression(self, horizon: int, *, cumulative: bool = False) -> pd.DataFrame:
        """Coefficients of y_{t+h} on all of y_t, its lags and the deterministic terms.

        Parameters
        ----------
        horizon : int
            h, from 1.
        cumulative : bool
            Explain y_t + ... + y_{t+h}.

        Returns
        -------
        DataFrame
            Terms in rows (``name``, ``name.l1``, ...); under ``estimate`` and ``std_error`` a
            column for each variable explained.
        """
        require_count("horizon", horizon, 1)
        estimates, errors = _regression(self, horizon, cumulative)
        return pd.concat({"estimate": estimates, "std_error": errors}, axis=1)

    def tidy(self) -> pd.DataFrame:
        """Coefficients on y_t: responses to unit innovations of the reduced form, not cumulated."""
        last = min(SHOWN, self.nobs - len(self.one_step.regressors) - len(self.names) - 1)
        scheme = ReducedFormInnovations()
        found = self.irf(horizon=last, scheme=scheme, size="unit", cumulative=False)
        return found.tidy().assign(statistic="coefficient")

    def summary(self) -> Summary:
        """What is estimated, and the regression one period ahead."""
        facts = {
            "Lags": self.p,
            "Observations at h = 0": self.nobs,
            "Regressors": len(self.one_step.regressors) + len(self.names),
            "Largest root of the VAR": self.one_step.max_root,
        }
        estimates, errors = _regression(self, 1, cumulative=False)
        tables = [
            ("Regressions", pd.DataFrame({"value": pd.Series(facts, dtype=object)})),
            ("Coefficients one period ahead", estimates),
            ("Standard errors", errors),
        ]
        return Summary(f"{self.model} of {', '.join(self.names)}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Sample, terms, errors, and what the estimates rest on."""
        return (
            f"{self.model}: regressions of y(t+h) on y(t), {self.p} lags; "
            f"{self.one_step.terms_in_words}; {self.sample}, T = {self.nobs} at h = 0.",
            f"Errors: {self.spec.errors.words}.",
            *self.remarks,
            *(f"{reason[0].upper()}{reason[1:]}." for reason in self.one_step.trimmed),
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of any of the responses must know, in sentences."""
        found = list(self.spec.errors.remarks)
        if self.spec.bias_correction:
            found.append(
                "Corrected for the bias in short samples (Herbst and Johannsen); the correction "
                "is taken as known but for the responses in it."
            )
        if self.spec.bootstrap is None and self.one_step.max_root > PERSISTENT:
            found.append(
                f"The largest root of the VAR is {self.one_step.max_root:.3f}: in samples of "
                "persistent data as short as 240 periods, 90% intervals by critical values hold "
                "responses a year ahead about four times in five; a bootstrap mends most of it."
            )
        if self.one_step.residuals_are_autocorrelated:
            found.append(
                "One-step residuals are autocorrelated (Edgerton-Shukur F up to lag 5, p < 0.01): "
                "the lags do not hold all dynamics, so what is called a shock is in part "
                "predictable."
            )
        return tuple(found)

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.references)


def _responses(
    results: ProjectionResults,
    shocks: Shocks,
    horizon: int,
    cumulated: frozenset[str],
    levels: Sequence[float],
    seed: int,
) -> ProjectionIRF:
    """Estimate, draw where that is asked for, and arrange the responses as those of a VAR."""
    from ..estimation.delta import moved_along
    from .projection_bootstrap import bootstrapped, interval_of
    from .projection_estimate import Regressions
    from .projection_irf import ProjectionIRF

    spec, one_step = results.spec, results.one_step
    regressions = Regressions.of(results, shocks, horizon, cumulated)
    found = regressions.estimate(one_step.y)
    if spec.bootstrap is None:
        interval, band, errors, failed = spec.errors.interval(found.rows), "", None, 0
        draws, root = moved_along(found.point, found.root), None
    else:
        root, interval, band = found.root, interval_of(spec.bootstrap), ", percentile-t"
        draws, errors, failed = bootstrapped(
            one_step, shocks, regressions, found, spec.bootstrap, seed
        )
    words = Words(results, shocks, found.rows, seed, failed)
    degrees = spec.errors.degrees(np.arange(horizon + 1), found.rows, found.regressors)
    return ProjectionIRF(
        model=results.model,
        columns=results.columns,
        levels=tuple(levels),
        band=spec.errors.name + band,
        interval=interval,
        setting=words.setting(),
        facts=words.facts(),
        nobs=int(found.rows[0]),
        sample=results.sample,
        names=results.names,
        shocks=shocks.names,
        point=found.point,
        draws=draws,
        root=root,
        errors=errors,
        sizes=shocks.sizes_in_words(results.columns, found.deviations),
        sized=shocks.sized,
        cumulated=cumulated,
        observations=tuple(map(int, found.rows)),
        degrees=tuple(map(int, degrees)),
        cited=results.references,
    )


def _regression(
    results: ProjectionResults, horizon: int, cumulative: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coefficients and standard errors; see ``ProjectionResults.regression``."""
    from ..estimation.least_squares import least_squares

    one_step, errors = results.one_step, results.spec.errors
    y = one_step.y[one_step.p :]
    rows = np.array([len(y) - horizon])
    m = len(one_step.z_names)
    x = np.hstack([one_step.design[:, :m], y, one_step.design[:, m:]])[: rows[0]]
    terms = (*one_step.z_names, *results.names, *one_step.regressors[m:])
    require_observations(int(rows[0]), len(terms), 1, f"horizon {horizon}", "a shorter horizon")
    first = 0 if cumulative else horizon
    explained = sum(y[s : s + rows[0]] for s in range(first, horizon + 1))
    fit = least_squares(x, np.asarray(explained))
    scale = np.sqrt(rows[0] / (rows[0] - len(terms))) if errors.small_sample else 1.0
    influence = scale * (x @ fit.gram_inverse)[:, None, :, None] * fit.residuals[:, None, None, :]
    root = errors.root(influence, np.array([horizon]), rows)[:, 0]
    std_errors = np.sqrt(np.einsum("qnk,qnk->nk", root, root))
    named, columns = list(terms), list(results.names)
    return (
        pd.DataFrame(fit.coefficients, index=named, columns=columns),
        pd.DataFrame(std_errors, index=named, columns=columns),
    )
