"""What every source of joint draws can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.base import ReducedForm
    from .intervals.protocol import Interval


class Inference(Protocol):
    """A rule that draws reduced forms; every band is a function of such draws."""

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        ...

    @property
    def interval(self) -> Interval:
        """How the draws become an interval."""
        ...

    def interval_for(self, reduced: ReducedForm) -> Interval:
        """The same for the sample of a reduced form."""
        ...

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:
        """Joint draws of the reduced form's parameters, draw axis first."""
        ...

    def describe(self) -> str:
        """The method in words, for the note under a figure."""
        ...
