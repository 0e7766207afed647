"""Local projections: their specification, and the data that they are estimated on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from ..data.panel import Panel
from ..errors import SpecError
from .inference.bootstrap import Bootstrap
from .options import require_choice, require_count
from .projection_bootstrap import require_resampling
from .projection_errors import LAG_AUGMENTED, ProjectionErrors, require_errors
from .projection_results import ProjectionResults
from .reduced_form.deterministic import Trend
from .reduced_form.lag_selection import CRITERIA, Criterion
from .var import VAR, Divisor

Sample = Literal["own", "common"]


@dataclass(frozen=True, slots=True)
class LocalProjections:
    r"""Responses from one regression a horizon (Jordà 2005).

    .. math:: y_{i,t+h} = \theta_{ij,h} \, y_{j,t} + \gamma_h' w_t + d_h' z_t + A_{1,h} y_{t-1}
              + \dots + A_{p,h} y_{t-p} + \xi_{t,h}

    where w_t are the variables ordered before j. The regressions of horizon 0 are the VAR(p) of the
    same specification, so responses on impact are the VAR's; in large samples those of the first p
    horizons are too (Plagborg-Møller and Wolf 2021).

    Parameters
    ----------
    lags : int or {"aic", "bic", "hqic", "fpe"}
        p, the lags of the VAR that it stands beside, or the criterion that chooses them there. With
        y_t these are p + 1 past values of each variable, one more than a VAR(p) needs at h >= 1:
        that is the augmentation of ``LagAugmented``.
    max_lags : int
        Most lags that a criterion chooses.
    errors : LagAugmented, NeweyWest or EqualWeightedCosines
        What the standard errors assume; the responses are the same.
    trend : {"n", "c", "ct"}
    seasonal : bool
    exog : sequence of str, optional
        Controls with their value of the period t of the shock; not explained.
    exog_lags : int
        Past values of them beside it. As in ``VAR``.
    sample : {"own", "common"}
        Each horizon's regressions on all the periods they can use, or on those of the last one.
    bias_correction : bool
        Add to each response the bias that those before it imply in short samples.
    bootstrap : BiasCorrectedBootstrap, ResidualBootstrap or BlockBootstrap, optional
        Take percentile-t intervals from samples of the VAR of the same specification instead of
        critical values: for short samples of persistent data, where the responses are biased and
        their standard errors too small. They are symmetric unless its own interval is a
        ``PercentileT``.
    divisor : {"df", "T"}
        Of the variance of a shock, which is what one standard deviation is taken from; as in
        ``VAR``.
    """

    lags: int | Criterion = "aic"
    max_lags: int = 12
    errors: ProjectionErrors = LAG_AUGMENTED
    trend: Trend = "c"
    seasonal: bool = False
    exog: Sequence[str] | None = None
    exog_lags: int = 0
    sample: Sample = "own"
    bias_correction: bool = False
    bootstrap: Bootstrap | None = None
    divisor: Divisor = "df"

    def __post_init__(self) -> None:
        require_errors(self.errors)
        if self.bootstrap is not None:
            require_resampling(self.bootstrap)
        require_choice("sample", self.sample, get_args(Sample))
        if not isinstance(self.lags, str):
            require_count("lags", self.lags, 1)
        elif self.lags not in CRITERIA:
            raise SpecError(
                f"lags = {self.lags!r}.", remedy=f"Use a number or one of {', '.join(CRITERIA)}."
            )
        object.__setattr__(self, "exog", self.one_step.exog)

    @property
    def one_step(self) -> VAR:
        """The VAR of the same specification: the regressions of horizon 0."""
        return VAR(
            self.lags,
            max_lags=self.max_lags,
            trend=self.trend,
            seasonal=self.seasonal,
            exog=self.exog,
            exog_lags=self.exog_lags,
            divisor=self.divisor,
        )

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> ProjectionResults:
        """Arrange the data and estimate the regressions of horizon 0.

        Regressions further ahead are estimated when responses are asked for, as their controls
        depend on the shock.

        Parameters
        ----------
        data : Panel or DataFrame
            Every column that is not in ``exog`` is explained, in the panel's order.
        start, end : str, optional
            First and last period of the data used; the first p of them are the presample.
        allow_mixed : bool
            Accept month means beside month ends of market prices; the notes say so.

        Raises
        ------
        MissingSeriesError, GapError, MixedObservationError, SampleError, NumericalError
        """
        fitted = self.one_step.fit(data, start=start, end=end, allow_mixed=allow_mixed)
        return ProjectionResults(spec=self, one_step=fitted)
