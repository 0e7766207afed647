"""Asymptotics of one break at an unknown date: p-value of the largest Wald statistic, its date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: The tail formula of ``sup_wald_p_value`` is not used above this p-value.
LARGEST_TAIL = 0.25


def sup_wald_p_value(statistic: float, restrictions: int, trimming: float) -> float:
    """Asymptotic p-value of sup_k W_k, where W_k tests ``restrictions`` coefficients.

    The supremum of a standardised tied-down Bessel process over [pi, 1 - pi] has the upper tail

        x^(q/2) exp(-x/2) / (2^(q/2) Gamma(q/2)) ((1 - q/x) ln((1 - pi)^2 / pi^2) + 2/x),

    which is within 15 per cent of p-values up to 0.10 (Andrews' 2003 table, simulations with up to
    78 restrictions).

    Returns
    -------
    float
        NaN above ``LARGEST_TAIL``, where the formula is not a tail any more.

    References
    ----------
    DeLong (1981); Andrews (1993, 2003); Estrella (2003).
    """
    from scipy.special import gammaln

    x, q = statistic, restrictions
    if x <= q:
        return np.nan
    density = np.exp(0.5 * (q * np.log(x / 2) - x) - gammaln(q / 2))
    tail = float(density * ((1 - q / x) * 2 * np.log((1 - trimming) / trimming) + 2 / x))
    return tail if tail <= LARGEST_TAIL else np.nan


@dataclass(frozen=True, slots=True)
class Side:
    """The criterion on one side of the true date: Brownian motion that drifts down.

    Attributes
    ----------
    drift : float
        delta' Q delta / 2 for coefficients that change by delta, with Q the mean of x x' on that
        side.
    variance : float
        delta' Omega delta a period, with Omega the mean of u^2 x x' on that side.
    """

    drift: float
    variance: float

    @property
    def rate(self) -> float:
        """Rate of the exponential distribution of the maximum on this side."""
        return 2 * self.drift / self.variance


def probability_beyond(distance: float, own: Side, other: Side) -> float:
    """Probability that the estimated date lies more than ``distance`` periods off on one side.

    The estimate maximises a criterion that is, around the true date, Brownian motion with
    downward drift on either side. ``own`` is the side asked for. Bai (1997), appendix B.
    """
    from scipy.special import log_ndtr, ndtr

    x = distance * 4 * own.drift**2 / own.variance
    a = other.rate / own.rate
    weight = (1 + 2 * a) / (a * (1 + a))
    root = np.sqrt(x)
    far = np.exp(a * (1 + a) * x / 2 + log_ndtr(-(0.5 + a) * root))
    near = (x / 2 - 2 + (1 + 2 * a) * weight) * ndtr(-root / 2)
    return float(near - root / np.sqrt(2 * np.pi) * np.exp(-x / 8) - weight * far)


def date_interval(before: Side, after: Side, level: float) -> tuple[int, int]:
    """Periods to subtract from and to add to the estimated date for an interval of ``level``.

    An estimate that is too late lies in the regime ``after``, so that side gives the lower end.
    Bai (1997); Bai and Perron (1998), section 4.
    """
    earlier = int(_distance(after, before, (1 - level) / 2)) + 1
    later = int(_distance(before, after, (1 - level) / 2)) + 1
    return earlier, later


def likelihood_margin(before: Side, after: Side, level: float) -> float:
    """How far a date's sum of squares may lie above the smallest one in a set of ``level``.

    Twice the maximum of the criterion is the larger of two independent exponential variables, one
    a side. Eo and Morley (2015), who show that the set of such dates covers more evenly than
    Bai's interval when the break is small.
    """
    from scipy.optimize import brentq

    rates = np.array([before.rate, after.rate]) / 2

    def coverage(margin: float) -> float:
        return float(np.prod(-np.expm1(-rates * margin)))

    upper = 10 * np.log(4 / (1 - level)) / rates.min()
    return float(brentq(lambda c: coverage(c) - level, 0, upper))


def _distance(own: Side, other: Side, probability: float) -> float:
    """The distance beyond which the estimate lies with that probability on the side ``own``."""
    from scipy.optimize import brentq

    if probability_beyond(0.0, own, other) <= probability:
        return 0.0
    scale = own.variance / (4 * own.drift**2)
    upper = scale
    while probability_beyond(upper, own, other) > probability:
        upper *= 2
    return float(
        brentq(lambda s: probability_beyond(s, own, other) - probability, 0, upper, rtol=1e-10)
    )
