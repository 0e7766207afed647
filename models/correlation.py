"""Dynamic conditional correlation of several series, with two-stage standard errors and bands."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.clocks import struck_apart
from ..data.dates import label_of, span_of
from ..data.panel import Panel, as_panel
from ..errors import ClockWarning, ConvergenceWarning, DrawError, NumericalError, SpecError
from ..estimation.dcc import (
    LARGEST_SUM,
    CorrelationOptimum,
    correlation_likelihood,
    correlation_target,
    dynamic_correlations,
    maximise_correlation,
    pair_path,
)
from ..estimation.dcc_inference import Margin, correlation_influence, target_influence
from ..estimation.streams import seed_from
from .results import Result, Summary, bands_from_draws, normal_bounds, tidy_frame
from .volatility import Garch, GarchResults

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class DCC:
    """Engle's (2002) DCC(1,1): a volatility equation each, then one law for the correlations.

    Q_t = (1 - a - b) Qbar + a z_{t-1} z_{t-1}' + b Q_{t-1}, Q_1 = Qbar, R_t = Q_t rescaled to a
    correlation matrix. Qbar is the sample covariance of the standardised residuals z (demeaned,
    not rescaled).

    Parameters
    ----------
    garch : Garch
        The volatility equations.
    draws : int
        Parameter draws behind the bands of the correlations.
    """

    garch: Garch = field(default_factory=Garch)
    draws: int = 1000

    def fit(
        self, data: Panel | pd.DataFrame, *, rng: int | np.random.Generator | None = 0
    ) -> DCCResults:
        """Estimate both stages on the series' common sample.

        Parameters
        ----------
        data : Panel or DataFrame
            Changes without interior gaps. Series struck at different hours of a date understate
            their correlation: use weekly changes for them.
        rng : int, Generator or None
            Seed of the parameter draws.

        Raises
        ------
        SpecError, SampleError, GapError, NumericalError, DrawError

        Warns
        -----
        ConvergenceWarning
        ClockWarning
            Daily series that are struck at different hours.
        """
        panel = as_panel(data)
        if len(panel.names) < 2:
            raise SpecError("A correlation needs two series.", remedy="Pass two or more columns.")
        common = panel.select(panel.names)
        if struck_apart(common.columns.values(), common.frame.index):
            warnings.warn(
                "Series struck at different hours of a date understate their correlation; use "
                "weekly changes.",
                ClockWarning,
                stacklevel=2,
            )
        garch = self.garch.fit(common)
        z = garch.standardised.to_numpy()
        target = correlation_target(z)
        optimum = maximise_correlation(z, target)
        if optimum.edge == "a + b at its bound":
            raise NumericalError(
                f"a + b is at its bound {LARGEST_SUM} for {', '.join(panel.names)}: the "
                "correlations have no mean to return to.",
                remedy="Use a longer sample, or series with fewer breaks.",
            )
        if not optimum.converged:
            warnings.warn(
                "The second stage of the DCC did not converge.", ConvergenceWarning, stacklevel=2
            )
        margins = [
            Margin(one.y.to_numpy(), one.shape, one.theta, one.influence) for one in garch.series
        ]
        influence = target_influence(margins, target, optimum.a, optimum.b)
        if not optimum.edge:
            of_ab = correlation_influence(margins, target, optimum.a, optimum.b, influence)
            influence = np.hstack([influence, of_ab])
        covariance = influence.T @ influence / len(z) ** 2
        seed = seed_from(rng)
        draws, rejected = _draw(target, optimum, covariance, self.draws, seed)
        return DCCResults(self, garch, target, optimum, covariance, draws, rejected, seed)


@dataclass(frozen=True, eq=False)
class DCCResults(Result):
    """Dynamic correlations and what is known about them.

    Attributes
    ----------
    spec : DCC
    garch : GarchResults
        First stage.
    target : ndarray, shape (N, N)
        Qbar.
    optimum : CorrelationOptimum
        a, b, convergence, restriction that binds.
    covariance : ndarray
        Joint sampling covariance of Qbar's distinct elements (row by row), then a and b unless a
        restriction binds; it carries the error of both stages.
    draws : ndarray, shape (R, N (N + 1) / 2 + 2)
        Parameter draws: Qbar's distinct elements, a, b.
    rejected : int
        Draws outside the admissible region, drawn again.
    seed : int
    """

    spec: DCC
    garch: GarchResults
    target: np.ndarray
    optimum: CorrelationOptimum
    covariance: np.ndarray
    draws: np.ndarray
    rejected: int
    seed: int

    methods: ClassVar[tuple[str, ...]] = ("engle2002", "engle_sheppard2001", "bollerslev1990")
    figure: ClassVar[str] = "correlation"

    @property
    def model(self) -> str:
        """Name in tables."""
        return f"DCC(1,1), {self.garch.model}"

    @property
    def names(self) -> tuple[str, ...]:
        """The series, in the order of the matrices."""
        return self.garch.names

    @property
    def dates(self) -> pd.Index:
        """Dates of the correlations."""
        return self.garch.series[0].y.index

    @property
    def nobs(self) -> int:
        """Observations."""
        return len(self.dates)

    @property
    def sample(self) -> str:
        """First and last date."""
        return span_of(self.dates)

    @property
    def std_errors(self) -> tuple[float, float]:
        """Two-stage standard errors of a and b; NaN where a restriction binds."""
        if self.optimum.edge:
            return float("nan"), float("nan")
        a, b = np.sqrt(np.diag(self.covariance)[-2:])
        return float(a), float(b)

    @property
    def loglik(self) -> float:
        """Log-likelihood of both stages."""
        return self.garch.loglik + self.optimum.loglik

    @cached_property
    def loglik_constant(self) -> float:
        """Log-likelihood with constant correlations (a = b = 0; Bollerslev 1990)."""
        constant = correlation_likelihood(self._z, self.target, 0.0, 0.0)
        return self.garch.loglik + float(constant.loglik.sum())

    @cached_property
    def correlations(self) -> np.ndarray:
        """R_t for every date, shape (T, N, N)."""
        return dynamic_correlations(self._z, self.target, self.optimum.a, self.optimum.b)

    @cached_property
    def _z(self) -> np.ndarray:
        return self.garch.standardised.to_numpy()

    def path(
        self, first: str, second: str, *, levels: Sequence[float] = (0.68, 0.90)
    ) -> pd.DataFrame:
        """The correlation of a pair over time, with its band.

        Rows ``date, pair, label, estimate, level, conf_low, conf_high``. The band is that of the
        parameters (Qbar, a, b) drawn jointly from their two-stage normal distribution, the
        standardised residuals held; it is pointwise.
        """
        point, draws = self._pair(first, second)
        _, bands = bands_from_draws(point, draws, levels)
        label = f"{self.garch[first].label} and {self.garch[second].label}"
        frame = pd.DataFrame({"date": self.dates, "pair": f"{first}, {second}", "label": label})
        frame["estimate"] = point
        return pd.concat(
            [
                frame.assign(level=level, conf_low=low, conf_high=high)
                for level, (low, high) in bands.items()
            ],
            ignore_index=True,
        )

    def plot(
        self, pairs: Sequence[tuple[str, str]] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Correlation paths with bands; by default of the pairs that move most, at most six."""
        listed = list(combinations(self.names, 2))
        chosen = self._most_moving(listed) if pairs is None else pairs
        paths = pd.concat([self.path(*pair) for pair in chosen], ignore_index=True)
        shown = f"Shown: {len(chosen)} of {len(listed)} pairs."
        return self._draw(self.figure, paths, **{"notes": (shown, *self.notes()), **options})

    def tidy(self, levels: Sequence[float] = (0.68, 0.90)) -> pd.DataFrame:
        """Parameters a and b, and the correlations on the last date."""
        rows = []
        for name, value, error in zip("ab", (self.optimum.a, self.optimum.b), self.std_errors):
            for level in levels:
                low, high = normal_bounds(value, error, level)
                rows.append(
                    {
                        "statistic": f"dcc_{name}",
                        "estimate": value,
                        "std_error": error,
                        "level": level,
                        "conf_low": low,
                        "conf_high": high,
                        "band": "two-stage",
                    }
                )
        for first, second in combinations(self.names, 2):
            point, draws = self._pair(first, second)
            spread, bands = bands_from_draws(point[-1:], draws[:, -1:], levels)
            for level, (lower, upper) in bands.items():
                rows.append(
                    {
                        "statistic": "correlation_last",
                        "shock": first,
                        "response": second,
                        "horizon": label_of(self.dates[-1]),
                        "estimate": point[-1],
                        "std_error": spread[0],
                        "level": level,
                        "conf_low": lower[0],
                        "conf_high": upper[0],
                        "band": "two-stage parameter draws",
                    }
                )
        return tidy_frame([{"model": self.model, **row} for row in rows])

    def summary(self) -> Summary:
        """Parameters, the last correlations with 90% intervals, the comparison with constancy."""
        parameters = pd.DataFrame(
            {"estimate": [self.optimum.a, self.optimum.b], "s.e.": self.std_errors},
            index=["a", "b"],
        )
        last = self.tidy((0.90,))
        last = last[last["statistic"] == "correlation_last"]
        labels = {one.name: one.label for one in self.garch.series}
        pairs = last["shock"].map(labels) + ", " + last["response"].map(labels)
        shown = last[["estimate", "conf_low", "conf_high"]].set_axis(pairs, axis=0)
        fit = pd.DataFrame(
            {
                "log-likelihood": [self.loglik, self.loglik_constant],
                "parameters of the correlations": [2, 0],
            },
            index=["dynamic", "constant"],
        )
        return Summary(
            f"{self.model}, {len(self.names)} series",
            [
                ("Law of motion of the correlations", parameters),
                (f"Correlations on {label_of(self.dates[-1])}, 90% intervals", shown),
                ("Against constant correlations", fit),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Target, standard errors, bands, comparison, sample."""
        gain = 2 * (self.loglik - self.loglik_constant)
        edge = self.optimum.edge
        return (
            "Qbar = covariance of the standardised residuals (demeaned), Q_1 = Qbar.",
            *([f"The restriction {edge} binds: no standard errors of a and b."] if edge else []),
            "Standard errors and bands carry the error of both stages; bands: joint draws of "
            "(Qbar, a, b), pointwise, residuals held.",
            f"Twice the log-likelihood ratio against constant correlations is {gain:.1f}; its "
            "distribution is not chi-squared, since b means nothing where a = 0.",
            f"Sample {self.sample}, T = {self.nobs}; {self.rejected} draws outside the admissible "
            "region were drawn again.",
        )

    def _pair(self, first: str, second: str) -> tuple[np.ndarray, np.ndarray]:
        """Correlation path of a pair: point (T,) and draws (R, T)."""
        i, j = self._position(first), self._position(second)
        low, high = sorted((i, j))
        at = [_packed(i, i), _packed(j, j), _packed(high, low)]
        draws = pair_path(
            self._z[:, i], self._z[:, j], self.draws[:, at], self.draws[:, -2], self.draws[:, -1]
        )
        return self.correlations[:, i, j], draws

    def _most_moving(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The six pairs with the widest range of correlations, in the order given."""
        spans = np.ptp(self.correlations, axis=0)
        span = {(one, two): spans[self._position(one), self._position(two)] for one, two in pairs}
        widest = sorted(pairs, key=lambda pair: -span[pair])[:6]
        return [pair for pair in pairs if pair in widest]

    def _position(self, name: str) -> int:
        if name not in self.names:
            raise SpecError(
                f"'{name}' is not in the model.", remedy=f"Series: {', '.join(self.names)}."
            )
        return self.names.index(name)


def _packed(i: int, j: int) -> int:
    """Place of element (i, j), j <= i, among the distinct elements row by row."""
    return i * (i + 1) // 2 + j


def _draw(
    target: np.ndarray, optimum: CorrelationOptimum, covariance: np.ndarray, draws: int, seed: int
) -> tuple[np.ndarray, int]:
    """Draws of (Qbar, a, b) inside the admissible region, and how many fell outside."""
    n = len(target)
    at = np.tril_indices(n)
    centre = np.concatenate([target[at], [optimum.a, optimum.b]])
    values, vectors = np.linalg.eigh(covariance)
    root = np.zeros((len(centre), len(values)))
    root[: len(values)] = vectors * np.sqrt(np.clip(values, 0.0, None))
    generator = np.random.default_rng(seed)
    kept: list[np.ndarray] = []
    found = tried = 0
    while found < draws and tried < 50 * draws:
        batch = centre + generator.standard_normal((draws, len(values))) @ root.T
        inside = batch[_admissible(batch, at, n)]
        kept.append(inside)
        found, tried = found + len(inside), tried + draws
    if found < draws:
        raise DrawError(
            f"Only {found} of {tried} parameter draws of the DCC are admissible.",
            remedy="Use a longer sample or fewer series.",
        )
    return np.concatenate(kept)[:draws], tried - found


def _admissible(batch: np.ndarray, at: tuple[np.ndarray, ...], n: int) -> np.ndarray:
    matrices = np.zeros((len(batch), n, n))
    matrices[:, at[0], at[1]] = matrices[:, at[1], at[0]] = batch[:, :-2]
    a, b = batch[:, -2], batch[:, -1]
    definite = np.linalg.eigvalsh(matrices)[:, 0] > 0
    admissible: np.ndarray = definite & (a >= 0) & (b >= 0) & (a + b <= LARGEST_SUM)
    return admissible
