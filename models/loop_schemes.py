"""The loop's own identifications beside the recursive ones: none assumes what it measures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..data.events import DECISIONS, FOMC, INTERVENTIONS
from .identification.cholesky import Cholesky
from .identification.heteroskedasticity import VarianceRegimes
from .identification.instruments import Instruments
from .identification.sign_restrictions import Sign
from .identification.signs import SignRestrictions
from .inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from .inference.posterior import Posterior
from .inference.volatility_bootstrap import VolatilityBootstrap
from .scheme_curve import Approach

if TYPE_CHECKING:
    from ..data.panel import Panel
    from .inference.protocol import Inference

RECURSIVE, SIGNS, VARIANCES, INSTRUMENTS = "recursive", "signs", "variances", "instruments"

#: First months after which markets moved otherwise: the failure of Lehman Brothers, and the Bank of
#: Japan's quantitative and qualitative easing. Known dates, not found in these data.
VARIANCE_BREAKS = ("2008-09", "2013-04")

#: Draws of the scheme with moving variances, each of which climbs a likelihood of its own.
FEW_DRAWS = 100

#: Instruments by the part of the loop whose shock they move; the first ones that there are.
INSTRUMENTS_OF: Mapping[str, tuple[str, ...]] = {
    "oil": ("kaenzig_oil_surprise",),
    "yen": (f"usdjpy_h10_at_{FOMC}", f"usdjpy_h10_at_{INTERVENTIONS}"),
    "jgb10y": (f"jgb10y_at_{DECISIONS}", f"jgb2y_at_{DECISIONS}"),
}


def loop_signs(roles: Mapping[str, str]) -> SignRestrictions:
    """Oil supply, global demand, yen and monetary shocks by the signs of what they do at once.

    Consumer prices stay free everywhere, JGB yields after a yen shock, and US yields after a shock
    called monetary. As nothing is said of US yields there, this set holds news from abroad that
    moves JGB yields and the yen alike, and not only that from the Bank of Japan. Signs that are
    imposed on impact (import prices, the yen) lean on what follows in later months: there the
    scheme counts only beside others that leave the response free.

    Parameters
    ----------
    roles : mapping of part to id
        ``oil``, ``us10y``, ``yen``, ``import_price`` and ``jgb10y``.
    """
    oil, us, yen = roles["oil"], roles["us10y"], roles["yen"]
    imports, jgb = roles["import_price"], roles["jgb10y"]
    return SignRestrictions(
        [
            Sign("oil supply", oil, "+"),
            Sign("oil supply", imports, "+", (0, 1)),
            Sign("oil supply", us, "-"),
            Sign("global demand", us, "+"),
            Sign("global demand", oil, "+"),
            Sign("global demand", jgb, "+"),
            Sign("yen", yen, "+"),
            Sign("yen", imports, "+", (0, 1)),
            Sign("monetary", jgb, "+"),
            Sign("monetary", yen, "-"),
            Sign("monetary", imports, "-", (0, 1)),
        ],
        own={"oil supply": oil, "global demand": us, "yen": yen, "monetary": jgb},
    )


def loop_approaches(
    roles: Mapping[str, str],
    orders: Sequence[Sequence[str]],
    instruments: Panel | None,
    *,
    recursive: Inference,
    draws: int,
) -> list[Approach]:
    """Every identification of the loop that the data allow, the base order first.

    Parameters
    ----------
    roles : mapping of part to id
    orders : sequence of orders
        Recursive orders of all variables, the base's first.
    instruments : Panel or None
    recursive : Inference
        Bands of the recursive schemes.
    draws : int
        Of the other schemes.
    """
    blocks = BiasCorrectedBootstrap(draws, block_length=None)
    part_of = {name: part for part, name in roles.items()}
    found = [
        Approach(_name(order, part_of, base=n == 0), RECURSIVE, Cholesky(tuple(order)), recursive)
        for n, order in enumerate(orders)
    ]
    found.append(Approach("signs", SIGNS, loop_signs(roles), Posterior(draws)))
    regimes = VarianceRegimes(breaks=VARIANCE_BREAKS, strict=True)
    few = VolatilityBootstrap(min(draws, FEW_DRAWS))
    found.append(Approach("variances", VARIANCES, regimes, few, every_lag=False))
    return [*found, *_instrumented(roles, instruments, blocks)]


def _instrumented(
    roles: Mapping[str, str], instruments: Panel | None, inference: Inference
) -> Iterator[Approach]:
    """One approach for each instrument that is there."""
    if instruments is None:
        return
    for part, names in INSTRUMENTS_OF.items():
        for name in names:
            if name in instruments.names:
                label = instruments.columns[name].label
                scheme = Instruments(instruments.frame[[name]], shock=roles[part])
                yield Approach(label.replace(", ", " "), INSTRUMENTS, scheme, inference)


def _name(order: Sequence[str], part_of: Mapping[str, str], *, base: bool) -> str:
    """``base order``, or the markets in their order."""
    if base:
        return "base order"
    markets = (part_of[name] for name in order if part_of[name] in ("us10y", "yen", "jgb10y"))
    return "-".join(markets)
