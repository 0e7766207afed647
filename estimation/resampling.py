"""How a bootstrap draws residuals: a table of rows, and the row that each period takes.

A rule turns residuals into a table once; a replication then only looks rows up, whatever the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal, Protocol

import numpy as np

from ..errors import SampleError
from .streams import BLOCK


class Resampling(Protocol):
    """A rule that draws the errors of a simulated sample from residuals.

    ``usable`` marks the periods whose residual may be drawn. It is False where a dummy of its own
    makes the residual of a period zero by construction.

    Columns drawn beside the residuals, such as instruments, may have missing values (NaN), which
    stay missing wherever their period goes and are left out of the means.
    """

    def table(self, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:
        """Errors that may be drawn, shape (rows, K), from residuals of shape (T, K)."""
        ...

    def rows(self, generator: np.random.Generator, usable: np.ndarray) -> np.ndarray:
        """The row of the table that each period of eight replications takes, shape (T, 8)."""
        ...


@dataclass(frozen=True, slots=True)
class Independent:
    """Centred residuals one by one, each as likely as any other.

    References
    ----------
    Lütkepohl (2005), appendix D.3.
    """

    def table(self, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:
        """Centred residuals; see ``Resampling.table``."""
        return _centred(residuals[usable])

    def rows(self, generator: np.random.Generator, usable: np.ndarray) -> np.ndarray:
        """See ``Resampling.rows``."""
        return generator.integers(0, usable.sum(), size=(len(usable), BLOCK))


#: The default of every bootstrap.
INDEPENDENT = Independent()


@dataclass(frozen=True, slots=True)
class MovingBlocks:
    """Overlapping blocks of ``length`` neighbouring residuals, laid end to end.

    The first and last residuals belong to fewer blocks than the others, so that the expected draw
    depends on its place in the block. It is taken off place by place: with i_j the start of block
    j, l the length and s = 1, ..., l the place,

        u*_{jl+s} = u_{i_j+s} - (T - l + 1)^{-1} sum_{r=0}^{T-l} u_{r+s}.

    The table has a row for each place and start. Blocks run over residuals that may not be drawn
    as if those periods were not there.

    References
    ----------
    Brüggemann, Jentsch and Trenkler (2016), Journal of Econometrics 191, section 4.
    """

    length: int

    def table(self, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:
        """Rows by place in the block and start; see ``Resampling.table``.

        Raises
        ------
        SampleError
            If a block is longer than the sample.
        """
        kept, starts = residuals[usable], self._starts(usable)
        if starts < 1:
            raise SampleError(
                f"A block of {self.length} residuals in a sample of {len(kept)}.",
                remedy="Use shorter blocks or a longer sample.",
            )
        places = [kept[place : place + starts] for place in range(self.length)]
        return np.concatenate([_centred(place) for place in places])

    def rows(self, generator: np.random.Generator, usable: np.ndarray) -> np.ndarray:
        """See ``Resampling.rows``."""
        nobs, starts = len(usable), self._starts(usable)
        drawn = generator.integers(0, starts, size=(ceil(nobs / self.length), 1, BLOCK))
        places = starts * np.arange(self.length)[:, None]
        laid: np.ndarray = (drawn + places).reshape(-1, BLOCK)[:nobs]
        return laid

    def _starts(self, usable: np.ndarray) -> int:
        return int(usable.sum()) - self.length + 1


@dataclass(frozen=True, slots=True)
class Wild:
    """Each period keeps its own residual, multiplied by an independent random weight.

    Weights have mean zero and variance one and are the same for all equations: +1 and -1 with
    equal probability (``rademacher``), or Mammen's (1993) two points with third moment one.
    Changing variances stay where they are in time. Residuals are not centred: the weights do it.

    References
    ----------
    Gonçalves and Kilian (2004), Journal of Econometrics 123.
    """

    weights: Literal["rademacher", "mammen"] = "rademacher"

    def table(self, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """Residuals times the first, then times the second weight; see ``Resampling.table``."""
        first, second, _ = self._distribution()
        return np.concatenate([first * residuals, second * residuals])

    def rows(self, generator: np.random.Generator, usable: np.ndarray) -> np.ndarray:
        """See ``Resampling.rows``."""
        nobs = len(usable)
        takes_second = generator.random((nobs, BLOCK)) >= self._distribution()[2]
        drawn: np.ndarray = np.arange(nobs)[:, None] + nobs * takes_second
        return drawn

    def _distribution(self) -> tuple[float, float, float]:
        """Both weights and the probability of the first."""
        if self.weights == "rademacher":
            return 1.0, -1.0, 0.5
        root = 5.0**0.5
        return (1 - root) / 2, (1 + root) / 2, (1 + root) / (2 * root)


def _centred(values: np.ndarray) -> np.ndarray:
    """Less the mean of each column over the periods in which it is observed."""
    missing = np.isnan(values)
    observed = len(values) - missing.sum(axis=0)
    mean = np.where(missing, 0.0, values).sum(axis=0) / np.maximum(observed, 1)
    centred: np.ndarray = values - mean
    return centred


def error_table(
    rule: Resampling, residuals: np.ndarray, usable: np.ndarray, df_resid: float | np.ndarray
) -> np.ndarray:
    """The table of a rule, scaled for degrees of freedom.

    Least squares shrinks residuals by sqrt(df / T) on average, and draws from them as they are
    would give bands that are too narrow.

    Parameters
    ----------
    rule : Resampling
    residuals : ndarray, shape (T, K)
    usable : ndarray of bool, shape (T,)
    df_resid : float or ndarray, shape (K,)
        T minus the coefficients of an equation.
    """
    spread = np.sqrt(usable.sum() / df_resid)
    return np.ascontiguousarray(spread * rule.table(residuals, usable))
