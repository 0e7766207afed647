"""Identification by variances of the shocks that switch with a hidden state."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

from ...data.panel import Column
from ...errors import ConvergenceWarning, NotIdentifiedError, NumericalError
from ...estimation.streams import seed_for
from ...estimation.switching_variances import SwitchingModel, estimate_switching
from ...estimation.volatility import VolatilityFit
from ..options import require_count
from ..reduced_form.heteroskedastic import HeteroskedasticVAR, observations, reestimated
from .distinct_variances import StateRatios
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


@dataclass(frozen=True, slots=True)
class SwitchingVariances(VarianceScheme):
    """Shocks whose variances depend on the hidden state of a Markov chain.

    E u_t u_t' = B Lambda_m B' in state m, as with ``VarianceRegimes``, but the data say when which
    state holds. Estimated by EM from several starts; coefficients by generalised least squares with
    the smoothed probabilities.

    Parameters
    ----------
    states : int
    starts : int
        Random starts beside those that divide the sample by the size of its errors.
    labels : mapping of str to int, optional
        As in ``VarianceRegimes``, by the rise from the calmest state to the next.
    level, strict
        See ``VarianceScheme``.

    Notes
    -----
    Lanne, Lütkepohl and Maciejowska (2010); Herwartz and Lütkepohl (2014). States are ordered from
    the calmest, by the sum of the shocks' log variances. Shocks have unit variance on average over
    the sample. That there is more than one state has no chi-squared test: compare criteria with
    those of the plain VAR.
    """

    states: int = 2
    starts: int = 10
    labels: Mapping[str, int] | None = None

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = (
        "lanne_luetkepohl_maciejowska2010",
        "herwartz_luetkepohl2014",
        "hamilton1990",
        "pham2001",
    )

    def __post_init__(self) -> None:
        VarianceScheme.__post_init__(self)
        require_count("states", self.states, 2)
        require_count("starts", self.starts, 0)
        if self.labels is not None:
            object.__setattr__(self, "labels", dict(self.labels))

    def estimate(self, reduced: ReducedForm, seed: int) -> tuple[HeteroskedasticVAR, np.ndarray]:
        """The VAR with its states, and B; see ``ReadsSample.estimate``.

        Raises
        ------
        NumericalError
            If the likelihood has no maximum with states of enough periods.
        NotIdentifiedError
            If variances tell no shock apart.

        Warns
        -----
        IdentificationWarning
            If they do not tell all apart; with ``strict`` those are NaN instead.
        ConvergenceWarning
        """
        plain = required_plain(reduced)
        with threadpool_limits(limits=1, user_api="blas"):
            end, white = estimate_switching(
                observations(plain),
                self.states,
                starts=self.starts,
                seed=seed_for(seed, "state starts"),
            )
        best = int(end.log_likelihood.argmax())
        if not np.isfinite(end.log_likelihood[best]):
            raise NumericalError(
                f"From every start one of {self.states} states lost its periods.",
                remedy="Use fewer states or variables, or a longer sample.",
            )
        if not end.converged[best]:
            warnings.warn("EM has not converged.", ConvergenceWarning, stacklevel=3)
        model = self._labelled(end.states.model(best), plain.names)
        lags, deterministic = white.coefficients(end.change[[best]], plain.z.shape[1])
        loglik = float(end.log_likelihood[best])
        if plain.scales is not None:
            loglik -= len(plain.names) * float(np.log(plain.scales).sum())
        found = reestimated(
            plain,
            VolatilityFit(lags, deterministic, model.unmixing[None]),
            model,
            regimes=tuple(f"state {m + 1}" for m in range(self.states)),
            searched=False,
            words=f"generalised least squares with the smoothed probabilities of {self.states} "
            "states of variance, EM to convergence",
            loglik=loglik,
        )
        ratios = StateRatios.of(found)
        test = ratios.all_equal()
        if test.p_value > self.level:
            raise NotIdentifiedError(
                "No shock is identified: it is not rejected that all variances move by a common "
                f"factor ({test.name}, p = {test.p_value:.2f}).",
                remedy="Use another number of states, or another scheme.",
            )
        apart = not_told_apart(ratios.pairs()[1], plain, self.level, strict=self.strict)
        return found, np.where(apart, found.impact, np.nan) if self.strict else found.impact

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """What moves and what stays, and how shocks got their labels."""
        return (
            f"Identified by variances of the shocks that switch between {self.states} hidden "
            "states, while their effects stay (maximum likelihood; unit variance on average); "
            f"labels: {ranked_in_words(self.labels, columns)}assigned to the variables whose "
            "variance they make up most of"
        )

    def _labelled(self, model: SwitchingModel, names: Sequence[str]) -> SwitchingModel:
        """States from the calmest, shocks at the places of their variables."""
        calmest = np.argsort(np.log(model.variances).sum(axis=1), kind="stable")
        variances = model.variances[calmest]
        order, signs = labelled(model.unmixing, ranked(self.labels, variances, names))
        return replace(
            model,
            unmixing=signs[:, None] * model.unmixing[order],
            variances=variances[:, order],
            transition=model.transition[calmest][:, calmest],
            initial=model.initial[calmest],
            membership=model.membership[:, calmest],
        )
