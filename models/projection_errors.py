"""What standard errors of local projections assume about the scores of neighbouring periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from ..errors import SpecError
from ..estimation.long_run_covariance import (
    bartlett_root,
    bartlett_variances,
    cosine_count,
    cosine_root,
)
from .inference.intervals.delta import DELTA
from .inference.intervals.protocol import Interval
from .options import require_count
from .student_interval import Student


@runtime_checkable
class ProjectionErrors(Protocol):
    """A rule that turns each period's contribution to an error into a joint covariance."""

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]]

    @property
    def name(self) -> str:
        """Short name, which stands as ``band`` in tidy frames."""
        ...

    @property
    def small_sample(self) -> bool:
        """Whether variances have the factor T / (T - k)."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to mind, in sentences."""
        ...

    def root(self, influence: np.ndarray, horizons: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """A root of the covariance of all estimates.

        Parameters
        ----------
        influence : ndarray, shape (T, G, ...)
            Contributions of the periods, zero in those that a horizon does not have.
        horizons, rows : ndarray of int, shape (G,)
            The horizon of each group of estimates, and its observations.

        Returns
        -------
        ndarray, shape (q, G, ...)
            Sums over q of products of its elements are covariances.
        """
        ...

    def interval(self, rows: np.ndarray) -> Interval:
        """The interval for horizons with so many observations."""
        ...

    def degrees(self, horizons: np.ndarray, rows: np.ndarray, regressors: int) -> np.ndarray:
        """Independent squares that the variance of each horizon is worth, for tests of paths."""
        ...

    @property
    def words(self) -> str:
        """The errors in words."""
        ...

    def describe(self, rows: np.ndarray) -> str:
        """Errors and critical values in words."""
        ...


@dataclass(frozen=True, slots=True)
class LagAugmented:
    """Errors robust to heteroskedasticity (HC1), which lag augmentation makes sufficient.

    With one lag more than the VAR needs, the regression of y_{t+h} on y_t has a regressor of
    interest that is, given the others, the innovation of period t: its product with the later
    innovations in the residual is uncorrelated over time, though the residuals are not, and its
    variance does not degenerate at a unit root. So no autocovariances are estimated, and the
    intervals hold uniformly over stationary and integrated data. This is for the shock of one
    period. Sums of shocks over the horizon overlap and are not offered as shocks: responses per
    cumulated movement are multipliers, which an instrument of one period estimates in one step.

    Notes
    -----
    Montiel Olea and Plagborg-Møller (2021). The factor is T / (T - k); critical values are normal.
    """

    methods: ClassVar[tuple[str, ...]] = ("montiel_olea_plagborg_moller2021", "white1980")

    @property
    def name(self) -> str:
        """Short name."""
        return "lag-augmented"

    @property
    def small_sample(self) -> bool:
        """Yes."""
        return True

    @property
    def remarks(self) -> tuple[str, ...]:
        """For which shocks it holds."""
        return (
            "Lag-augmented errors hold in large samples for stationary and integrated data alike, "
            "for the shock of one period; not for shocks summed over the horizon.",
        )

    def root(self, influence: np.ndarray, horizons: np.ndarray, rows: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """The contributions themselves; see ``ProjectionErrors.root``."""
        return influence

    def interval(self, rows: np.ndarray) -> Interval:  # noqa: ARG002
        """Normal."""
        return DELTA

    def degrees(self, horizons: np.ndarray, rows: np.ndarray, regressors: int) -> np.ndarray:  # noqa: ARG002
        """T - k."""
        return rows - regressors

    @property
    def words(self) -> str:
        """The errors in words."""
        return "lag augmentation, heteroskedasticity-robust errors (HC1, factor T / (T - k))"

    def describe(self, rows: np.ndarray) -> str:  # noqa: ARG002
        """Errors and critical values in words."""
        return f"{self.words}, normal critical values"


#: The default of local projections.
LAG_AUGMENTED = LagAugmented()


@dataclass(frozen=True, slots=True)
class NeweyWest:
    """Errors robust to autocorrelation, with Bartlett's weights.

    Parameters
    ----------
    lags : int or "horizon"
        Autocovariances of the scores: as many as the horizon, up to which residuals overlap; or a
        number for all horizons. Without any these are White's errors (HC0, HC1).
    small_sample : bool
        The factor T / (T - k).

    Notes
    -----
    Newey and West (1987). Critical values are normal, with which the intervals cover too little in
    short samples of persistent data. Covariances between horizons take the lags of the last one,
    scaled to the standard errors of each: lags that differ would bias them towards zero.
    """

    lags: int | Literal["horizon"] = "horizon"
    small_sample: bool = True

    methods: ClassVar[tuple[str, ...]] = ("newey_west1987",)

    def __post_init__(self) -> None:
        if self.lags != "horizon":
            require_count("lags", self.lags, 0)

    @property
    def name(self) -> str:
        """Short name."""
        return "Newey-West"

    @property
    def remarks(self) -> tuple[str, ...]:
        """How far to trust it."""
        return (
            "With Bartlett's weights and normal critical values intervals cover too little in "
            "short samples and near unit roots.",
        )

    def root(self, influence: np.ndarray, horizons: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Moving sums, scaled by horizon; see ``ProjectionErrors.root``."""
        lags = self._by_horizon(horizons)
        if (lags >= rows).any():
            raise SpecError(
                f"{lags.max()} lags with {rows.min()} observations.", remedy="Use fewer lags."
            )
        root = bartlett_root(influence, int(lags.max()))
        if lags.min() == lags.max():
            return root
        length = np.sqrt(np.einsum("q...,q...->...", root, root))
        length[length == 0] = 1.0
        root *= np.sqrt(bartlett_variances(influence, lags)) / length
        return root

    def interval(self, rows: np.ndarray) -> Interval:  # noqa: ARG002
        """Normal."""
        return DELTA

    def degrees(self, horizons: np.ndarray, rows: np.ndarray, regressors: int) -> np.ndarray:
        """3 T / (2 (L + 1)), those of Bartlett's weights, or T - k where that is less."""
        by_weights = 1.5 * rows / (self._by_horizon(horizons).max() + 1)
        return np.asarray(np.minimum(by_weights.astype(int), rows - regressors))

    @property
    def words(self) -> str:
        """The errors in words."""
        lags = "as many lags as the horizon" if self.lags == "horizon" else f"{self.lags} lags"
        factor = "factor T / (T - k)" if self.small_sample else "no small-sample factor"
        return f"Newey-West errors (Bartlett, {lags}, {factor})"

    def describe(self, rows: np.ndarray) -> str:  # noqa: ARG002
        """Errors and critical values in words."""
        return f"{self.words}, normal critical values"

    def _by_horizon(self, horizons: np.ndarray) -> np.ndarray:
        return horizons if self.lags == "horizon" else np.full(len(horizons), self.lags)


@dataclass(frozen=True, slots=True)
class EqualWeightedCosines:
    """Errors robust to autocorrelation, from a few cosine-weighted sums of the scores.

    Parameters
    ----------
    count : int, optional
        Number B of cosines; by default 0.4 T^(2/3), rounded, of each horizon's observations.
    small_sample : bool
        The factor T / (T - k).

    Notes
    -----
    Lazarus, Lewis, Stock and Watson (2018). Critical values are Student's with B degrees of
    freedom, which allow for the error of the variance itself.
    """

    count: int | None = None
    small_sample: bool = True

    methods: ClassVar[tuple[str, ...]] = ("lazarus2018",)

    def __post_init__(self) -> None:
        if self.count is not None:
            require_count("count", self.count, 1)

    @property
    def name(self) -> str:
        """Short name."""
        return "equal-weighted cosines"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Nothing beyond its description."""
        return ()

    def root(self, influence: np.ndarray, horizons: np.ndarray, rows: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """Cosine-weighted sums, each horizon's over its observations."""
        counts = self._by_horizon(rows)
        if (counts >= rows).any():
            raise SpecError(
                f"{counts.max()} cosines with {rows.min()} observations.",
                remedy="Use fewer cosines.",
            )
        root = np.zeros((int(counts.max()), *influence.shape[1:]))
        for place, (count, length) in enumerate(zip(counts, rows)):
            root[:count, place] = cosine_root(influence[:, place], int(count), int(length))
        return root

    def interval(self, rows: np.ndarray) -> Interval:
        """Student's t with B degrees of freedom."""
        return Student(tuple(int(count) for count in self._by_horizon(rows)))

    def degrees(self, horizons: np.ndarray, rows: np.ndarray, regressors: int) -> np.ndarray:  # noqa: ARG002
        """B."""
        return self._by_horizon(rows)

    @property
    def words(self) -> str:
        """The errors in words."""
        factor = "factor T / (T - k)" if self.small_sample else "no small-sample factor"
        return f"errors by equal-weighted cosines ({factor})"

    def describe(self, rows: np.ndarray) -> str:
        """Errors and critical values in words."""
        return f"{self.words}, {self.interval(rows).describe()}"

    def _by_horizon(self, rows: np.ndarray) -> np.ndarray:
        if self.count is not None:
            return np.full(len(rows), self.count)
        return np.array([cosine_count(int(length)) for length in rows])


def require_errors(errors: object) -> None:
    """Refuse what does not say what standard errors assume, such as a class in place of a choice.

    Raises
    ------
    SpecError
    """
    if isinstance(errors, type) or not isinstance(errors, ProjectionErrors):
        raise SpecError(
            f"errors = {errors!r}.",
            remedy="Pass LagAugmented(), NeweyWest() or EqualWeightedCosines().",
        )
