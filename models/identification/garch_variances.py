"""Identification by GARCH variances of the shocks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np
from threadpoolctl import threadpool_limits

from ...data.panel import Column
from ...errors import ConvergenceWarning, IdentificationWarning, NotIdentifiedError
from ...estimation.garch_shocks_optimum import GarchModel, climb, estimate_garch
from ...estimation.garch_tests import product_autocorrelation, size_autocorrelation
from ...estimation.streams import seed_for
from ...estimation.volatility import VolatilityFit
from ...estimation.white_sample import WhiteSample
from ..options import require_count
from ..reduced_form.diagnostics import TestResult
from ..reduced_form.heteroskedastic import HeteroskedasticVAR, observations, reestimated
from .variance_scheme import VarianceScheme, labelled, required_plain

if TYPE_CHECKING:
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class GarchVariances(VarianceScheme):
    """Shocks whose variances follow GARCH(1,1) equations of their own.

    u_t = B e_t, h_kt = (1 - alpha_k - beta_k) v_k + alpha_k e_{k,t-1}^2 + beta_k h_{k,t-1}. Shocks
    with moving variances are identified, and one without beside them. All parameters, coefficients
    included, are estimated together by Gaussian (quasi) maximum likelihood from several starts.

    Parameters
    ----------
    starts : int
        Random rotations to start from, beside the impact matrices that fit the covariances of
        stretches of the sample.
    lags : int
        Of the test of the number of shocks with GARCH.
    level, strict
        See ``VarianceScheme``.

    Notes
    -----
    Normandin and Phaneuf (2004); Lanne and Saikkonen (2007). The variance that an equation returns
    to is the mean square of its shock (variance targeting: Francq, Horvath and Zakoian 2011), one
    in the units of the impact matrix, so that one standard deviation is that of an average period.
    Shocks belong to the variables whose variance they make up most of, and raise them. The number
    of shocks with GARCH is tested as in Lütkepohl and Milunovich (2016), who find that such tests
    have little power in small samples.
    """

    starts: int = 6
    lags: int = 5

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        "normandin_phaneuf2004",
        "lanne_saikkonen2007",
        "francq_horvath_zakoian2011",
        "luetkepohl_milunovich2016",
        "luetkepohl_schlaak2019",
    )

    def __post_init__(self) -> None:
        VarianceScheme.__post_init__(self)
        require_count("starts", self.starts, 0)
        require_count("lags", self.lags, 1)

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[HeteroskedasticVAR, np.ndarray]:
        """The VAR with GARCH shocks, and B; see ``ReadsSample.estimate``.

        Raises
        ------
        NotIdentifiedError
            If no shock has a moving variance.

        Warns
        -----
        IdentificationWarning
            If fewer than K - 1 have; with ``strict`` the others are NaN instead.
        ConvergenceWarning
        """
        plain = required_plain(reduced)
        with threadpool_limits(limits=1, user_api="blas"):
            best, white = estimate_garch(
                observations(plain), starts=self.starts, seed=seed_for(seed, "garch starts")
            )
        if not best.converged:
            warnings.warn(
                "The likelihood of the GARCH shocks is not flat where the search ended.",
                ConvergenceWarning,
                stacklevel=3,
            )
        scaled = best.model.scaled(white.residuals[0] - white.basis[0] @ best.change)
        order, signs = labelled(scaled.unmixing)
        model = replace(
            scaled,
            unmixing=signs[:, None] * scaled.unmixing[order],
            alpha=scaled.alpha[order],
            beta=scaled.beta[order],
        )
        lags, deterministic = white.coefficients(best.change[None], plain.z.shape[1])
        loglik = best.log_likelihood
        if plain.scales is not None:
            loglik -= len(plain.names) * float(np.log(plain.scales).sum())
        found = reestimated(
            plain,
            VolatilityFit(lags, deterministic, model.unmixing[None]),
            model,
            regimes=(),
            searched=False,
            words="quasi maximum likelihood with GARCH(1,1) variances of the shocks, each around "
            "its mean square",
            loglik=loglik,
        )
        return found, self._identified(found)

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """What moves and what stays, and how shocks got their labels."""
        return (
            "Identified by GARCH(1,1) variances of the shocks, whose effects stay (maximum "
            "likelihood; unit variance on average); labels: assigned to the variables whose "
            "variance they make up most of"
        )

    def _identified(self, found: HeteroskedasticVAR) -> np.ndarray:
        """The impact matrix; shocks without GARCH beside others of their kind warned of or NaN."""
        tests = component_tests(found, self.lags)
        count = next((r for r, (test, _) in enumerate(tests) if test.p_value > self.level), None)
        k = len(found.names)
        if count is None or count >= k - 1:
            return found.impact
        if count == 0:
            raise NotIdentifiedError(
                "No shock is identified: it is not rejected that the variances of all are constant "
                f"({tests[0][0].name}, p = {tests[0][0].p_value:.2f}).",
                remedy="Use a longer sample or one of higher frequency, or another scheme.",
            )
        moving = strongest_first(found)[:count]
        apart = np.isin(np.arange(k), moving)
        if self.strict:
            return np.where(apart, found.impact, np.nan)
        labels = [found.columns[name].label for name in found.names]
        warnings.warn(
            f"More than {count} shocks with GARCH are not found at {self.level:.0%} "
            f"(p = {tests[count][0].p_value:.2f}); those of "
            f"{', '.join(label for label, one in zip(labels, apart) if not one)} are then not told "
            "apart: any rotation of them fits as well. strict=True leaves them out.",
            IdentificationWarning,
            stacklevel=4,
        )
        return found.impact


def component_tests(found: HeteroskedasticVAR, lags: int) -> tuple[tuple[TestResult, ...], ...]:
    """For r = 0, ..., K - 1 the two tests that only r shocks have GARCH variances.

    The r shocks whose likelihood gains most from GARCH keep it; everything is estimated again with
    the others' variances constant.

    Parameters
    ----------
    found : HeteroskedasticVAR
    lags : int
        Of the test of the shocks' length; that of their products, which has many more degrees of
        freedom, takes one.
    """
    from scipy.stats import chi2

    model, usable = cast(GarchModel, found.volatility), found.resampled_rows
    white, order, k = WhiteSample.of(found.observations), strongest_first(found), len(found.names)
    results = []
    with threadpool_limits(limits=1, user_api="blas"):
        for r in range(k):
            constant = ~np.isin(np.arange(k), order[:r])
            end = climb(white, 0, usable, model, constant=constant)
            residuals = white.residuals[0] - white.basis[0] @ end.change
            shocks = (residuals @ end.model.unmixing.T)[usable][:, constant]
            null = f"{r} of {k} shocks have GARCH variances"
            row = []
            for name, test, h in (
                ("Q1, length of the other shocks", size_autocorrelation, lags),
                ("Q2, products of the other shocks", product_autocorrelation, 1),
            ):
                statistic, df = test(shocks, h)
                p_value = float(chi2.sf(statistic, df))
                row.append(TestResult(f"{name} (r = {r})", statistic, (df,), p_value, null))
            results.append(tuple(row))
    return tuple(results)


def strongest_first(found: HeteroskedasticVAR) -> np.ndarray:
    """Shocks by what their moving variances add to the likelihood, shape (K,)."""
    usable = found.resampled_rows
    squares, path = found.shocks[usable] ** 2, found.path[usable]
    moving = -(np.log(path) + squares / path).sum(axis=0) / 2
    constant = -(np.log(squares.mean(axis=0)) + 1) * len(squares) / 2
    return np.argsort(constant - moving, kind="stable")
