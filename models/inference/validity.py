"""Which band is valid for which identification and object, and why not where it is not."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import InvalidInferenceError


@dataclass(frozen=True, slots=True)
class Validity:
    """One entry of the table: the judgement and what to mind."""

    valid: bool
    reason: str


_IID = "Valid for independent, identically distributed errors and roots away from one."
_BLOCKS = "Valid under conditional heteroskedasticity too, for roots away from one."

#: What to mind with each object, whichever the band.
_MIND = {
    "irf": "",
    "cumulative_irf": "The band is that of the cumulated draws, not the sum of the bounds.",
    "fevd": "A share is bounded below: near zero the band does not test a zero share.",
    "historical_decomposition": "Each draw decomposes the observed data with its own parameters.",
    "gain": "Draws in which the opened system is unstable are masked and counted.",
    "pass_through": (
        "The interval is Fieller's from the joint draws; a percentile of the ratio is only a "
        "diagnostic."
    ),
}
_FAN = "The fan holds parameter and shock uncertainty, not that of the model."

#: (scheme, band, object) -> judgement. A combination without an entry has not been examined and
#: is refused.
VALIDITY: dict[tuple[str, str, str], Validity] = {
    ("cholesky", band, quantity): Validity(True, f"{assumption} {mind}".strip())
    for band, assumption in (("residual_bootstrap", _IID), ("block_bootstrap", _BLOCKS))
    for quantity, mind in _MIND.items()
}
# Future shocks are drawn one by one, so a fan goes with the bootstrap that does so too.
VALIDITY["cholesky", "residual_bootstrap", "forecast"] = Validity(True, f"{_IID} {_FAN}")


def require_valid(scheme: str, band: str, quantity: str) -> Validity:
    """The entry of the table, or an error with the reason.

    Parameters
    ----------
    scheme : str
        Name of the identification, such as ``cholesky``.
    band : str
        Name of the inference, such as ``residual_bootstrap``.
    quantity : str
        The object: ``irf``, ``cumulative_irf``, ``fevd``, ``historical_decomposition``,
        ``forecast``, ``gain`` or ``pass_through``.

    Raises
    ------
    InvalidInferenceError
        If the combination is refused or was never examined.
    """
    found = VALIDITY.get((scheme, band, quantity))
    what = f"A {band.replace('_', ' ')} band of the {quantity.replace('_', ' ')} under {scheme}"
    if found is None:
        known = sorted({b for s, b, q in VALIDITY if (s, q) == (scheme, quantity)})
        remedy = (
            f"Examined for it: {', '.join(known)}." if known else "No band was examined for it."
        )
        raise InvalidInferenceError(f"{what} has no entry in the validity table.", remedy=remedy)
    if not found.valid:
        raise InvalidInferenceError(f"{what} is not valid: {found.reason}", remedy="Use another.")
    return found
