"""Proves that the audit of instrumented shocks knows the truth, and counts what users see."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.var import VAR

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # the audit lies beside the package and is not installed

import audit.run as audit_run  # noqa: E402
from audit import proxies  # noqa: E402
from audit.cells import BLOCKS, DELTA, HORIZON, KILIAN_BLOCKS, LEVEL, Cell  # noqa: E402
from audit.economies import ECONOMIES, STATIONARY  # noqa: E402
from audit.instruments import INSTRUMENT, INSTRUMENTED, STRONG  # noqa: E402
from audit.proxies import (  # noqa: E402
    CORRECTED_SETS,
    PROXY,
    PROXY_DRAWS,
    SCHEME,
    SETS,
    WILD,
    Sample,
    replicate,
)
from audit.replicate import Held  # noqa: E402
from audit.report import COLUMNS, as_page, table, write  # noqa: E402
from audit.store import WorkFile  # noqa: E402


def cell(economy: str, band: str, quantity: str = "unit_irf", horizon: int = 1) -> Cell:
    return Cell(economy, 160, SCHEME, band, quantity, horizon)


@pytest.mark.parametrize("name", INSTRUMENTED)
def test_the_instrument_has_the_strength_that_it_is_said_to_have(name: str) -> None:
    """F of the first stage in a long sample, and nothing of the other shocks."""
    economy = INSTRUMENTED[name]
    nobs = 20_000
    data = economy.simulate(nobs, economy.generator(nobs, 0))
    plain = economy.simulate(nobs, economy.generator(nobs, 0))[list(economy.names)]
    pd.testing.assert_frame_equal(data[list(economy.names)], plain)
    reduced = VAR(lags=len(economy.lags)).fit(plain)
    z = data[INSTRUMENT].to_numpy()[len(economy.lags) :]
    shocks = np.linalg.solve(economy.impact, reduced.residuals.to_numpy().T).T
    related = np.array([np.corrcoef(z, shock)[0, 1] for shock in shocks.T])
    f = nobs * related[0] ** 2 / (1 - related[0] ** 2)
    assert f == pytest.approx(economy.strength, abs=4 * np.sqrt(2 * max(economy.strength, 1) + 1))
    assert np.abs(related[1:]).max() < 4 / np.sqrt(nobs)


def test_economies_without_their_instrument_are_those_of_the_other_audit() -> None:
    assert not set(INSTRUMENTED) & set(ECONOMIES)
    np.testing.assert_array_equal(STRONG.lags, STATIONARY.lags)
    data = STRONG.simulate(160, STRONG.generator(160, 0))
    assert list(data) == [*STATIONARY.names, INSTRUMENT]
    assert len(data) == 162


def test_cells_hold_what_was_promised() -> None:
    assert len(set(PROXY)) == len(PROXY)
    for strength in ("strong", "weak", "irrelevant"):
        lengths = {c.nobs for c in PROXY if (c.economy, c.band) == (f"{strength}_instrument", SETS)}
        assert lengths == {160, 300}
    strong = {c.band for c in PROXY if c.economy == "strong_instrument" and c.nobs == 300}
    assert strong == {SETS, DELTA, BLOCKS, KILIAN_BLOCKS, WILD}
    assert {c.scheme for c in PROXY} == {SCHEME}
    assert audit_run.WAYS[SCHEME] is proxies.replicate


@pytest.mark.parametrize("cumulative", [False, True])
@pytest.mark.parametrize("economy", ["strong_instrument", "weak_instrument"])
def test_sets_held_are_those_of_the_table_a_user_gets(economy: str, cumulative: bool) -> None:
    quantity = "cumulative_unit_irf" if cumulative else "unit_irf"
    cells = [cell(economy, band, quantity, 12) for band in (SETS, DELTA)]
    counted = replicate(economy, 160, cells, range(3, 4))

    simulated = INSTRUMENTED[economy]
    generator = simulated.generator(160, 3)
    data = simulated.simulate(160, generator)
    svar = VAR(lags=2).fit(data[["y1", "y2", "y3"]]).identify(Instruments(data[[INSTRUMENT]], "y1"))
    found = svar.anderson_rubin(HORIZON, cumulative=cumulative, levels=(LEVEL,))
    unit = simulated.impact[:, 0] / simulated.impact[0, 0]
    path = [unit]
    before = np.zeros(3)
    for _ in range(12):
        after = simulated.lags[0] @ path[-1] + simulated.lags[1] @ before
        before = path[-1]
        path.append(after)
    truth = np.sum(path, axis=0) if cumulative else path[-1]
    inside = found.sets[LEVEL].contains(np.broadcast_to(truth, found.point.shape))[12]
    assert counted[cells[0]].by_response == tuple(inside.astype(int))
    rows = found.tidy().query("horizon == 12")
    delta = rows[rows["band"].str.startswith("delta")]
    held = (delta["conf_low"] <= truth) & (truth <= delta["conf_high"])
    assert counted[cells[1]].by_response == tuple(held.astype(int))


def test_bands_held_are_those_a_user_gets() -> None:
    one = cell("strong_instrument", BLOCKS, "unit_irf", 1)
    counted = replicate("strong_instrument", 160, [one], range(5, 6))[one]
    generator = STRONG.generator(160, 5)
    data = STRONG.simulate(160, generator)
    svar = (
        VAR(lags=2)
        .fit(data[list(STRONG.names)])
        .identify(
            Instruments(data[INSTRUMENT], "y1"),
            inference=BlockBootstrap(PROXY_DRAWS),
            rng=int(generator.integers(2**63 - 1)),
        )
    )
    rows = svar.irf(HORIZON, size="unit", levels=(LEVEL,)).tidy().query("horizon == 1")
    truth = (STRONG.lags[0] @ STRONG.impact[:, 0]) / STRONG.impact[0, 0]
    held = (rows["conf_low"] <= truth) & (truth <= rows["conf_high"])
    assert counted.by_response == tuple(held.astype(int))


def test_the_own_response_on_impact_does_not_count() -> None:
    both = [cell("strong_instrument", SETS, "unit_irf", h) for h in (0, 1)]
    found = replicate("strong_instrument", 160, both, range(2))
    assert [len(found[c].by_response) for c in both] == [2, 3]


def test_a_band_that_a_weak_instrument_makes_the_package_refuse_is_counted_apart() -> None:
    one = cell("weak_instrument", BLOCKS, "unit_irf", 0)
    found = replicate("weak_instrument", 160, [one], range(6))[one]
    assert found.samples + found.refused == 6
    assert found.refused > 0
    assert len(found.by_response) == 2


def test_the_wild_bootstrap_does_not_see_what_identifies_the_shock() -> None:
    """On impact its interval is a fraction of the moving blocks' interval."""
    sample = Sample.draw(STRONG, 300, 0)
    bounds = [sample._bounds(band, cumulative=False) for band in (WILD, BLOCKS)]
    lengths = [high[0, 1:] - low[0, 1:] for low, high in bounds]
    assert (lengths[0] < lengths[1] / 3).all()


def test_figures_do_not_depend_on_batches_and_other_cells(tmp_path: Path) -> None:
    cells = [cell("strong_instrument", band) for band in (SETS, DELTA, CORRECTED_SETS)]
    whole = audit_run.run(cells, 4, WorkFile.below(tmp_path), processes=1)
    alone = replicate("strong_instrument", 160, cells[:1], range(4))
    assert whole[cells[0]] == alone[cells[0]]
    assert set(whole) == set(cells)


def test_the_published_table(tmp_path: Path) -> None:
    found = {c: Held(1000, 0, (890, 910), 2 * 10**6) for c in PROXY if c.horizon == 0}
    weak = cell("weak_instrument", BLOCKS, "unit_irf", 0)
    found[weak] = Held(0, 1000, (0, 0), 0)
    csv, page = write(found, tmp_path, "proxy")
    assert csv.read_text().splitlines()[0] == ",".join(COLUMNS)
    rows = table(found)
    assert set(rows["model"]) == {"VAR(2)"}
    draws = rows.groupby("band")["draws"].first()
    assert draws[SETS] == draws[DELTA] == 0
    assert draws[BLOCKS] == draws[WILD] == PROXY_DRAWS
    text = page.read_text()
    assert text == as_page(found, "proxy")
    assert text.startswith("# Coverage with an instrument")
    assert "| T = 160 | T = 300 |" in text
    assert "T = 100" not in text
    short = text.split("## Below 87%")[1].split("## ")[0]
    assert "weak_instrument, T = 160, instruments: block_bootstrap" in short
    assert "wild" not in short
