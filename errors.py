"""Every error and warning of the package: what is wrong, where, and what to do about it."""

from __future__ import annotations


class YenloopError(Exception):
    """Base of all errors that the package raises on purpose.

    Parameters
    ----------
    problem : str
        One sentence that names the series, the date or the key concerned.
    remedy : str
        One sentence that says what the user can do.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # The keyword-only argument would be lost by the default reduction (worker processes).
        return (_rebuild, (type(self), self.problem, self.remedy))


def _rebuild(kind: type[YenloopError], problem: str, remedy: str) -> YenloopError:
    return kind(problem, remedy=remedy)


class DataError(YenloopError):
    """The figures cannot be read or do not make a panel."""


class MissingSeriesError(DataError):
    """A series that the study asks for is not in the data."""


class GapError(DataError):
    """A series has a missing value between two observations, or its dates are irregular."""


class MixedObservationError(DataError):
    """Month means and month ends of market prices would enter one model."""


class SourceError(DataError):
    """A publisher did not answer, or not as it documents."""


class BusySourceError(SourceError):
    """A publisher's answer that is worth another try: it is overloaded, or was cut off."""


class SnapshotError(DataError):
    """A stored vintage is absent, incomplete or was altered."""


class BusyStoreError(SnapshotError):
    """Another pull is writing to the store."""


class SampleError(DataError):
    """Too few observations for the model that was asked for."""


class SpecError(YenloopError):
    """A study file or an option of a model is not valid."""


class OutputError(YenloopError):
    """The report cannot be written where it was asked for."""


class StorageError(YenloopError):
    """A stored result cannot be read."""


class NumericalError(YenloopError):
    """A computation has no meaningful result: a singular matrix, a failed optimiser."""


class DrawError(NumericalError):
    """More than five per cent of the draws of a bootstrap failed."""


class InvalidInferenceError(YenloopError):
    """The band is not valid for this identification or object."""


class NotIdentifiedError(YenloopError):
    """The object needs shocks or restrictions that the scheme does not identify."""


class NoRotationError(NotIdentifiedError):
    """No rotation satisfies the sign and zero restrictions, or none was found."""


class YenloopWarning(UserWarning):
    """Base of the package's warnings."""


class ConvergenceWarning(YenloopWarning):
    """An optimiser stopped before its criterion was met."""


class ClockWarning(YenloopWarning):
    """Series struck at different clocks are treated as simultaneous."""


class NearUnitRootWarning(YenloopWarning):
    """A root is so close to the unit circle that long-run quantities are fragile."""


class IdentificationWarning(YenloopWarning):
    """More than one impact matrix satisfies the restrictions equally well."""


class EffectiveSampleWarning(YenloopWarning):
    """Importance weights leave few draws that count."""
