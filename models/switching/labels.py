"""Which regime is which: regimes are ordered and named by a quantity that the user can name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import SpecError
from ...estimation.switching_design import SwitchingParameters
from .data import CONSTANT
from .scaling import ScaledModel

VOLATILITY = "volatility"
MEAN = "mean"

_RANKS = {2: ("low", "high"), 3: ("low", "middle", "high")}


@dataclass(frozen=True, slots=True)
class RegimeLabels:
    """Names of the regimes.

    Attributes
    ----------
    quantity : str
        What orders them, in words.
    names : tuple of str
        In ascending order of the quantity, such as ``low volatility``, ``high volatility``.
    order : ndarray of int, shape (k,)
        Which regime of the optimiser each of them is.
    """

    quantity: str
    names: tuple[str, ...]
    order: np.ndarray


def label(
    parameters: SwitchingParameters, model: ScaledModel, by: str | None = None
) -> RegimeLabels:
    """Order the regimes by a quantity that switches.

    Parameters
    ----------
    parameters : SwitchingParameters
    model : ScaledModel
    by : str, optional
        ``volatility`` (the residual standard deviation), ``mean`` (the constant) or the id of a
        regressor whose coefficient switches. By default the volatility where it switches, else
        the first coefficient that does.

    Raises
    ------
    SpecError
        If the quantity does not switch in this model.
    """
    own_variance = model.design.switching_variance
    choices = [MEAN if name == CONSTANT else name for name in model.switching]
    choices = [VOLATILITY, *choices] if own_variance else choices
    by = choices[0] if by is None else by
    if by not in choices:
        raise SpecError(
            f"Regimes cannot be ordered by '{by}', which does not switch in this model.",
            remedy=f"Choose one of: {', '.join(choices)}.",
        )
    if by == VOLATILITY:
        ordering, quantity, noun = parameters.variance, "the residual standard deviation", by
    else:
        place = choices.index(by) - own_variance
        ordering = parameters.switching[:, place]
        noun = by if by == MEAN else f"{by} coefficient"
        quantity = f"the {noun}"
    k = len(ordering)
    ranks = _RANKS.get(k, tuple(f"{i + 1} of {k}" for i in range(k)))
    return RegimeLabels(quantity, tuple(f"{rank} {noun}" for rank in ranks), np.argsort(ordering))
