"""Which band is valid for which identification and object, and why not where it is not.

The table is made of a few rules: what each band assumes, what to mind, and what is refused. A
combination of known names that no rule refuses is valid; unknown names have not been examined and
are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pandas as pd

from ...errors import InvalidInferenceError
from .validity_rules import (
    BASIS,
    BOOTSTRAPS,
    INTERVALS,
    JOINT,
    JOINT_OBJECTS,
    OBJECTS,
    REFUSED,
    SCHEMES,
    TO_MIND,
)


@dataclass(frozen=True, slots=True)
class Validity:
    """One entry of the table.

    Attributes
    ----------
    valid : bool
    reason : str
        What the band rests on, or why it is refused.
    mind : tuple of str
        What the reader of a valid band should know.
    """

    valid: bool
    reason: str
    mind: tuple[str, ...] = ()

    @property
    def judgement(self) -> str:
        """``yes``, ``mind`` (valid, with something to mind) or ``no``."""
        return ("mind" if self.mind else "yes") if self.valid else "no"


def judge(
    scheme: str,
    band: str,
    quantity: str,
    interval: str | None = None,
    *,
    near_unit_root: bool = False,
) -> Validity:
    """The entry of the table for a combination; see ``require_valid`` for the names.

    Unknown names give a refusal.
    """
    interval = interval or _own_interval(band)
    names = (scheme, band, quantity, interval)
    known = (SCHEMES, tuple(BASIS), OBJECTS, INTERVALS)
    if any(name not in some for name, some in zip(names, known)):
        return Validity(False, "It has no entry in the validity table.")
    found = [rule for rule in REFUSED if rule.applies(*names)]
    refused = [rule for rule in found if near_unit_root or not rule.near_unit_root]
    if refused:
        return Validity(False, refused[0].reason)
    minds = [f"Refused where the largest root is above 0.98. {rule.reason}" for rule in found]
    minds += [rule.reason for rule in TO_MIND if rule.applies(*names)]
    return Validity(True, BASIS[band], tuple(minds))


def require_valid(
    scheme: str,
    band: str,
    quantity: str,
    *,
    interval: str | None = None,
    joint: str | None = None,
    near_unit_root: bool = False,
) -> Validity:
    """The entry of the table, or an error with the reason.

    Parameters
    ----------
    scheme : str
        Name of the identification, such as ``cholesky``; one of ``SCHEMES``.
    band : str
        Name of the inference, such as ``residual_bootstrap``; a key of ``BASIS``.
    quantity : str
        The object; one of ``OBJECTS``.
    interval : str, optional
        Name of the interval; by default percentiles, for the delta method normal bounds.
    joint : str, optional
        Name of the joint band; a key of ``JOINT``.
    near_unit_root : bool
        Whether the largest root is close to one.

    Raises
    ------
    InvalidInferenceError
        If the combination is refused or was never examined.
    """
    found = judge(scheme, band, quantity, interval, near_unit_root=near_unit_root)
    if joint is not None:
        require_joint(joint, quantity)
    if found.valid:
        return found
    by = "" if interval in (None, _own_interval(band)) else f" by {_words(interval or '')}"
    what = f"A {_words(band)} band{by} of the {_words(quantity)} under {_words(scheme)}"
    others = [
        other
        for other in BASIS
        if judge(scheme, other, quantity, near_unit_root=near_unit_root).valid
    ]
    raise InvalidInferenceError(
        f"{what} is not valid. {found.reason}",
        remedy=f"Valid for it: {', '.join(others)}." if others else "No band is valid for it.",
    )


def require_joint(joint: str, quantity: str) -> str:
    """Why a joint band is valid for an object, or an error.

    Raises
    ------
    InvalidInferenceError
    """
    if joint in JOINT and quantity in JOINT_OBJECTS:
        return JOINT[joint]
    raise InvalidInferenceError(
        f"A joint band {_words(joint)} of the {_words(quantity)} has no entry in the validity "
        "table.",
        remedy=f"Joint bands are {', '.join(JOINT)}, of the {' and the '.join(JOINT_OBJECTS)}.",
    )


def validity_table() -> pd.DataFrame:
    """Every combination with its judgement.

    Returns
    -------
    DataFrame
        Columns scheme, band, interval, object, valid (``yes``, ``mind``: valid with something to
        mind, ``no``) and reason, the latter with what to mind.
    """
    rows = []
    for scheme, band, interval, quantity in _combinations():
        entry = judge(scheme, band, quantity, interval)
        reason = " ".join((entry.reason, *entry.mind))
        rows.append((scheme, band, interval, quantity, entry.judgement, reason))
    columns = ["scheme", "band", "interval", "object", "valid", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _combinations() -> Iterator[tuple[str, str, str, str]]:
    """Schemes, bands with the intervals that go with them at all, and objects."""
    for scheme, band in product(SCHEMES, BASIS):
        intervals = INTERVALS[:-1] if band in BOOTSTRAPS else (_own_interval(band),)
        for interval, quantity in product(intervals, OBJECTS):
            yield scheme, band, interval, quantity


def _own_interval(band: str) -> str:
    """The interval that a band has unless another is asked for."""
    return "delta" if band == "delta_method" else "percentile"


def _words(name: str) -> str:
    return name.replace("_", " ")
