"""Responses estimated by local projections: those of a VAR in form, with a test of whole paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, cast

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..estimation.delta import directional_derivatives
from .identification.named_shocks import shock_label
from .inference.intervals.protocol import fixed
from .responses import IRF
from .results import Result, Summary, tidy_frame

#: Singular values of a correlation's root that are this much smaller than the first are rounding.
SINGULAR = 1e-7


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectionIRF(IRF):
    """Responses by local projections; overlay, joint bands and charts are those of ``IRF``.

    Without a bootstrap nothing is drawn: ``draws`` are pairs of estimates moved along a root of
    their covariance, as those of the delta method are.

    Attributes
    ----------
    observations : tuple of int
        Observations of each horizon, the first that of horizon 0.
    degrees : tuple of int
        Independent squares that the variances of each horizon are worth.
    cited : tuple of str
        Keys into ``models/citations.bib``.
    root : ndarray, shape (q, H+1, K, J), optional
        A root of the joint covariance of all responses (sums over q of products), where the draws
        are not made of it.
    """

    observations: tuple[int, ...]
    degrees: tuple[int, ...]
    cited: tuple[str, ...]
    root: np.ndarray | None = None

    methods: ClassVar[tuple[str, ...]] = ("jorda2005", "plagborg_moller_wolf2021")

    @cached_property
    def covariance(self) -> np.ndarray:
        """Joint covariance of all responses, shape (n, n); order: horizon, response, shock."""
        root = self._root()
        flat = root.reshape(len(root), -1)
        covariance: np.ndarray = flat.T @ flat
        return covariance

    @property
    def observed(self) -> pd.Series:
        """Observations by horizon."""
        index = pd.RangeIndex(len(self.observations), name="horizon")
        return pd.Series(self.observations, index=index, name="observations")

    def select(
        self,
        *,
        shock: str | Sequence[str] | None = None,
        response: str | Sequence[str] | None = None,
    ) -> ProjectionIRF:
        """The responses of some variables to some shocks; see ``IRF.select``."""
        found = cast("ProjectionIRF", super().select(shock=shock, response=response))
        if self.root is None:
            return found
        rows = [self.names.index(name) for name in found.names]
        columns = [self.shocks.index(name) for name in found.shocks]
        return replace(found, root=self.root[:, :, rows][..., columns])

    def wald(
        self,
        response: str | Sequence[str] | None = None,
        *,
        shock: str | None = None,
        horizons: Sequence[int] | None = None,
        value: float | Sequence[float] = 0.0,
    ) -> PathTest:
        """Test that whole paths of responses have the given values, zero by default.

        Parameters
        ----------
        response : str or sequence of str, optional
            Whose paths are tested at once; by default those of all variables.
        shock : str, optional
            By default the first.
        horizons : sequence of int, optional
            By default all. Responses that are fixed by construction are left out.
        value : float or sequence of float
            In the units of the responses; one for each horizon where they differ.

        Returns
        -------
        PathTest
            F(q, n - q + 1) for q restrictions: the Wald statistic times (n - q + 1) / (n q), as
            Hotelling's for a covariance of n independent squares. n is T - k for lag-augmented
            errors, B for B cosines, 3 T / (2 (L + 1)) for L lags of Newey and West.

        Raises
        ------
        SpecError
            If the covariance cannot carry so many restrictions.
        """
        one = self.select(shock=shock or self.shocks[0], response=response)
        at = list(range(self.horizon + 1) if horizons is None else horizons)
        outside = [h for h in at if not 0 <= h <= self.horizon]
        if outside or not at:
            raise SpecError(
                f"horizons = {at}.", remedy=f"Choose from 0 to {self.horizon}, at least one."
            )
        given = np.broadcast_to(np.reshape(value, (-1, 1)), (len(at), len(one.names)))
        root = one._root()
        free = ~fixed(one.point, np.sqrt(np.einsum("q...,q...->...", root, root)))[..., 0][at]
        root = root[..., 0][:, at][:, free]
        gap = (one.point[..., 0][at] - given)[free]
        statistic, df, p_value = _wald(gap, root, min(self.degrees[h] for h in at))
        return PathTest(
            model=self.model,
            nobs=self.nobs,
            sample=self.sample,
            shock=one.shocks[0],
            responses=one.names,
            horizons=tuple(at),
            null=f"{self._words_of(one, at)} {_value_in_words(value)}",
            statistic=statistic,
            df=df,
            p_value=p_value,
            setting=self.notes(),
            cited=self.cited,
        )

    def summary(self) -> Summary:
        """Responses at a few horizons, with the observations of each."""
        found = super().summary()
        shown = [h for h in (0, 1, 3, 6, 12, 24, 36, 48) if h <= self.horizon]
        counts = {f"h={h}": self.observations[h] for h in shown}
        table = pd.DataFrame.from_dict({"T": counts}, orient="index")
        title = f"Impulse responses, {self.model} (local projections)"
        return replace(found, title=title, tables=[*found.tables, ("Observations", table)])

    @property
    def references(self) -> tuple[str, ...]:
        """Local projections, their errors, and joint bands."""
        return (*self.cited, *super().references[len(self.methods) :])

    def _root(self) -> np.ndarray:
        """A root of the joint covariance, shape (q, H+1, K, J)."""
        return directional_derivatives(self.draws) if self.root is None else self.root

    def _words_of(self, one: IRF, at: Sequence[int]) -> str:
        labels = ", ".join(self.columns[name].label for name in one.names)
        ends = f"h = {at[0]}" if len(at) == 1 else f"{len(at)} horizons, h = {at[0]} to {at[-1]}"
        shock = shock_label(one.shocks[0], self.columns)
        return f"Responses of {labels} to the shock to {shock} at {ends}"


@dataclass(frozen=True, eq=False, kw_only=True)
class PathTest(Result):
    """A Wald test of whole paths of responses.

    Attributes
    ----------
    model, sample : str
    nobs : int
    shock : str
    responses : tuple of str
    horizons : tuple of int
    null : str
        The null hypothesis in words.
    statistic : float
        F.
    df : tuple of (int, int)
    p_value : float
    setting : tuple of str
        What stands under the responses.
    cited : tuple of str
    """

    model: str
    nobs: int
    sample: str
    shock: str
    responses: tuple[str, ...]
    horizons: tuple[int, ...]
    null: str
    statistic: float
    df: tuple[int, int]
    p_value: float
    setting: tuple[str, ...]
    cited: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """The statistic and its p-value."""
        common = {"model": self.model, "shock": self.shock, "response": ", ".join(self.responses)}
        values = {"wald F": self.statistic, "wald F, p-value": self.p_value}
        return tidy_frame(
            {**common, "statistic": name, "estimate": value} for name, value in values.items()
        )

    def summary(self) -> Summary:
        """The test in one table."""
        row = {
            "statistic": self.statistic,
            "df": ", ".join(map(str, self.df)),
            "p": self.p_value,
        }
        table = pd.DataFrame.from_dict({"F": row}, orient="index")
        return Summary(f"Wald test of paths, {self.model}", [(self.null, table)], self.setting)

    def cite(self) -> str:
        """BibTeX of the responses' methods."""
        from .citations import bibtex

        return bibtex(self.cited)


def _wald(gap: np.ndarray, root: np.ndarray, degrees: int) -> tuple[float, tuple[int, int], float]:
    """F statistic, degrees of freedom and p-value of a Wald test with covariance R' R."""
    from scipy.stats import f

    count = len(gap)
    if not count:
        raise SpecError(
            "Every one of these responses is fixed by construction.",
            remedy="Test later horizons or other responses.",
        )
    length = np.sqrt(np.einsum("qi,qi->i", root, root))
    _, size, directions = np.linalg.svd(root / length, full_matrices=False)
    rank = min(int(np.sum(size > SINGULAR * size[0])), degrees)
    if count > rank:
        raise SpecError(
            f"{count} responses are tested at once with a covariance of rank {rank}.",
            remedy="Test fewer horizons or responses.",
        )
    scores = directions @ (gap / length) / size
    rest = degrees - count + 1
    statistic = float(scores @ scores) * rest / (degrees * count)
    return statistic, (count, rest), float(f.sf(statistic, count, rest))


def _value_in_words(value: float | Sequence[float]) -> str:
    if np.ndim(value):
        return "are as given"
    return "are zero" if value == 0 else f"are {value:g}"
