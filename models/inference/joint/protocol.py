"""What every rule for joint bands can do."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np

from ..intervals.protocol import Errors, Interval, fixed


class Joint(Protocol):
    """A rule that finds the pointwise level whose intervals hold all elements at once.

    Joint bands are the pointwise intervals at that level, so they come with every interval and
    every source of draws.
    """

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]]

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        ...

    def pointwise_level(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        level: float,
        errors: Errors | None = None,
    ) -> float:
        """Pointwise level that gives the joint level.

        Parameters
        ----------
        interval : Interval
        point : ndarray, shape (...)
            The elements that are to be held at once.
        draws : ndarray, shape (R, ...)
        level : float
            Probability that all are held.
        errors : Errors, optional
            For intervals that studentise.
        """
        ...

    def describe(self) -> str:
        """The rule in words, such as ``sup-t``."""
        ...


def varying(interval: Interval, point: np.ndarray, draws: np.ndarray) -> int:
    """How many elements have a variance; the others are held at any level."""
    return int(np.sum(~fixed(point, interval.std_error(point, draws))))
