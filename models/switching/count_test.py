"""Is there more than one regime? A likelihood-ratio test by parametric bootstrap.

Under one regime the transition probabilities are not identified and the ratio is not chi-square,
so its distribution is simulated (local Monte Carlo test: Rodriguez-Rondon and Dufour 2025). The
same rule estimates data and draws: the same number of starts, with the null model embedded in the
alternative among them; a negative ratio counts as zero and is never discarded; ties are broken at
random (Dufour 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from ...errors import DrawError, NumericalError, SpecError
from ...estimation.streams import block_generator, seed_from
from ...estimation.switching_design import SwitchingParameters
from ..results import Result, Summary, tidy_frame
from .data import Switch, SwitchingData, linear_fit
from .fits import require_best
from .multistart import headline, search
from .result import RegimeResult
from .scaling import scale
from .simulation import simulate

#: Level at which the rank of the data among the draws must be exact.
_LEVEL = 0.05
#: Streams of the simulated samples; those below belong to the random starts.
_FIRST_STREAM = 2**32
#: Share of draws that may fail.
_MOST_FAILURES = 0.05

Null = Literal["linear", "variance", "coefficients"]


@dataclass(frozen=True, eq=False)
class RegimeCountTest(Result):
    """A Monte Carlo likelihood-ratio test of a switching model against a smaller one.

    Attributes
    ----------
    response : str
    null : {"linear", "variance", "coefficients"}
        ``linear``: one regime. ``variance``: regimes of volatility whose coefficients are equal.
    alternative : str
        What switches in the model that is tested against it.
    regimes : int
        Of the alternative.
    statistic : float
        Likelihood ratio 2 (log L1 - log L0) on the data.
    draws : ndarray, shape (N,)
        The same on samples simulated under the null.
    p_value : float
    failed : int
        Draws on which no start had a finite likelihood.
    starts, seed : int
    sample : str
    nobs : int
    """

    response: str
    null: Null
    alternative: Switch
    regimes: int
    statistic: float
    draws: np.ndarray
    p_value: float
    failed: int
    starts: int
    seed: int
    sample: str
    nobs: int

    methods: ClassVar[tuple[str, ...]] = ("rodriguez_dufour2025", "dufour2006")

    @property
    def model(self) -> str:
        """Name of the test in tables."""
        return f"Monte Carlo LR test of {self.regimes} regimes ({self.alternative})"

    def sentence(self) -> str:
        """The evidence in one sentence."""
        against = {
            "linear": "one regime",
            "variance": "regimes of volatility with equal coefficients",
            "coefficients": "regimes of coefficients with equal volatility",
        }[self.null]
        return (
            f"{self.regimes} regimes ({self.alternative}) of {self.response} against {against}: "
            f"LR = {self.statistic:.2f}, Monte Carlo p = {self.p_value:.2f} "
            f"({len(self.draws)} draws; {self.sample})."
        )

    def tidy(self) -> pd.DataFrame:
        """The statistic and its p-value, and the draws' 90% quantile."""
        rows = {
            "regime_lr": (self.statistic, "log-likelihood x 2"),
            "regime_lr_p_value": (self.p_value, "probability"),
            "regime_lr_quantile_90": (float(np.quantile(self.draws, 0.9)), "log-likelihood x 2"),
        }
        return tidy_frame(
            {
                "model": self.model,
                "statistic": statistic,
                "shock": f"against {self.null}",
                "response": self.response,
                "estimate": estimate,
                "band": f"parametric bootstrap ({len(self.draws)} draws)",
                "unit": unit,
            }
            for statistic, (estimate, unit) in rows.items()
        )

    def summary(self) -> Summary:
        """The test in one table."""
        table = self.tidy().set_index("statistic")[["estimate", "unit"]]
        notes = (
            f"Sample {self.sample} ({self.nobs} observations); {self.starts} random starts on the "
            f"data and on every draw; seed {self.seed}; {self.failed} draws failed.",
        )
        return Summary(self.model, [(self.sentence(), table)], notes)


def regime_count_test(
    result: RegimeResult,
    *,
    null: Null = "linear",
    draws: int = 99,
    starts: int = 5,
    rng: int | np.random.Generator | None = 0,
) -> RegimeCountTest:
    """Test the reported model of ``result`` against a smaller one.

    Parameters
    ----------
    result : RegimeResult
    null : {"linear", "variance", "coefficients"}
        One regime, or the model in which only that switches.
    draws : int
        Simulated samples; (draws + 1) x 0.05 must be whole, so that 5% is an attainable level.
    starts : int
        Random starts on the data and on each draw.
    rng : int or Generator, optional

    Raises
    ------
    SpecError, DrawError, NumericalError
    """
    _require(result, null, draws)
    seed = seed_from(rng)
    data, switch = result.data, result.switch
    floor = result.fits[switch].model.design.variance_floor
    parameters, regressors = _null_model(result, null)
    statistic = _likelihood_ratio(data, null, switch, floor, starts, seed)
    simulated, ties = np.full(draws, np.nan), np.empty(draws + 1)
    for i in range(draws):
        generator = block_generator(seed, _FIRST_STREAM + i)
        sample = data.with_response(simulate(parameters, data, regressors, generator))
        ties[i] = generator.random()
        own_seed = int(generator.integers(2**62))
        try:
            simulated[i] = _likelihood_ratio(sample, null, switch, floor, starts, own_seed)
        except NumericalError:
            continue
    ties[draws] = block_generator(seed, _FIRST_STREAM + draws).random()
    good = np.isfinite(simulated)
    failed = int(draws - good.sum())
    if failed > _MOST_FAILURES * draws:
        raise DrawError(
            f"{failed} of {draws} draws of the regime test failed.",
            remedy="Use more starts, or fewer regimes.",
        )
    simulated = simulated[good]
    larger = simulated > statistic
    larger |= (simulated == statistic) & (ties[:draws][good] >= ties[draws])
    return RegimeCountTest(
        response=data.response,
        null=null,
        alternative=switch,
        regimes=data.regimes,
        statistic=statistic,
        draws=simulated,
        p_value=float((1 + larger.sum()) / (1 + len(simulated))),
        failed=failed,
        starts=starts,
        seed=seed,
        sample=data.sample,
        nobs=result.nobs,
    )


def _likelihood_ratio(
    data: SwitchingData, null: Null, switch: Switch, floor: float, starts: int, seed: int
) -> float:
    """Twice the gain of the alternative over the null, never below zero."""
    linear = linear_fit(data)
    smaller, nested = linear.log_likelihood, []
    if null != "linear":
        model = scale(data, null, linear, floor)
        best = headline(search(model, linear, starts=starts, seed=seed))
        if best is not None:
            smaller = best.log_likelihood
            nested.append(model.parameters(best.theta))
    model = scale(data, switch, linear, floor)
    best = headline(search(model, linear, starts=starts, seed=seed, nested=nested))
    return max(0.0, 2 * (best.log_likelihood - smaller)) if best is not None else 0.0


def _null_model(
    result: RegimeResult, null: Null
) -> tuple[SwitchingParameters, tuple[np.ndarray, np.ndarray]]:
    """Parameters under the null, in the data's units, and the regressors that they multiply."""
    data = result.data
    if null == "linear":
        return result.linear.parameters, (data.x, data.w)
    fit = result.fits[null]
    regressors = (data.x, data.w)
    if null == "variance":
        regressors = (data.x[:, :0], np.column_stack([data.x, data.w]))
    return fit.model.parameters(require_best(fit).theta), regressors


def _require(result: RegimeResult, null: str, draws: int) -> None:
    allowed = ["linear", *(s for s in ("variance", "coefficients") if result.switch == "both")]
    if null not in allowed:
        raise SpecError(
            f"null = '{null}' is not nested in the model where {result.switch} switches.",
            remedy=f"Choose one of: {', '.join(allowed)}.",
        )
    if draws < 1 or round((draws + 1) * _LEVEL, 9) % 1:
        raise SpecError(
            f"draws = {draws}: a level of 5% is not attainable.", remedy="Use 19, 39, 99, 199, ..."
        )
