"""Proves that the coverage audit knows the truth, counts what users see, and can be resumed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from yenloop.estimation.companion import companion
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.var import VAR

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # the audit lies beside the package and is not installed

import audit.run as audit_run  # noqa: E402
from audit.cells import (  # noqa: E402
    BEYOND,
    BLOCKS,
    DRAWS,
    HEADLINE,
    HORIZON,
    KILIAN,
    KILIAN_BLOCKS,
    SUP_T,
    Cell,
)
from audit.economies import ECONOMIES, HETEROSKEDASTIC, LEVELS, NEAR_UNIT_ROOT, Economy  # noqa: E402
from audit.replicate import Held, replicate, true_values  # noqa: E402
from audit.report import COLUMNS, as_page, table, write  # noqa: E402
from audit.store import WorkFile, totals  # noqa: E402

CELLS = (
    Cell("stationary", 100, "cholesky", "residual_bootstrap", "irf", 1),
    Cell("stationary", 100, "cholesky", "delta_method", "irf", 12),
    Cell("stationary", 100, "cholesky", "delta_method", "fevd", 12),
)


def flags(found: dict[Cell, Held]) -> dict[Cell, tuple[int, ...]]:
    return {cell: held.by_response for cell, held in found.items()}


@pytest.mark.parametrize("economy", ECONOMIES.values(), ids=ECONOMIES)
def test_the_truth_is_that_of_the_coefficients(economy: Economy) -> None:
    truth = economy.truth(Cholesky(), HORIZON)
    k, step = len(economy.impact), companion(economy.lags)
    for h in (0, 1, 12, 24):
        response = np.linalg.matrix_power(step, h)[:k, :k] @ economy.impact
        np.testing.assert_allclose(truth.irf[h], response, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(np.diagonal(truth.unit_irf[0]), 1)
    np.testing.assert_allclose(truth.cumulative_irf[24], truth.irf.sum(axis=0))
    squares = (truth.irf[:12] ** 2).sum(axis=0)
    np.testing.assert_allclose(truth.fevd[11], squares / squares.sum(axis=1, keepdims=True))


def test_the_long_run_truth_has_no_lasting_effect_of_later_shocks() -> None:
    economy = ECONOMIES["stationary"]
    truth = economy.truth(LongRun(), 400)
    lasting = truth.cumulative_irf[-1]
    np.testing.assert_allclose(lasting, np.tril(lasting), atol=1e-10)
    covariance = economy.impact @ economy.impact.T
    np.testing.assert_allclose(truth.irf[0] @ truth.irf[0].T, covariance, rtol=1e-10)


@pytest.mark.parametrize("economy", ECONOMIES.values(), ids=ECONOMIES)
def test_a_long_sample_has_the_coefficients_and_the_variance_of_the_economy(
    economy: Economy,
) -> None:
    data = economy.simulate(20_000, economy.generator(20_000, 0))
    found = VAR(lags=2, trend="n").fit(data)
    sizes = np.diag(economy.impact) / np.diag(economy.impact)[:, None]
    np.testing.assert_allclose(
        found.lag_coefficients * sizes, economy.lags * sizes, atol=0.12 if economy.garch else 0.06
    )
    covariance = economy.impact @ economy.impact.T
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    np.testing.assert_allclose(
        found.covariance / scale, covariance / scale, atol=0.1 if economy.garch else 0.03
    )


def test_shocks_of_the_heteroskedastic_economy_have_moving_variances() -> None:
    shocks = HETEROSKEDASTIC._shocks(20_000, np.random.default_rng(0)) ** 2
    for squared in shocks.T:
        assert np.corrcoef(squared[1:], squared[:-1])[0, 1] > 0.05
    alpha, beta = np.array(HETEROSKEDASTIC.garch).T
    assert ((alpha + beta > 0.9) & (alpha + beta < 1)).all()
    assert ((alpha + beta) ** 2 + 2 * alpha**2 < 1).all()  # fourth moments exist


def test_a_share_that_is_zero_is_zero_at_every_step() -> None:
    share = ECONOMIES["zero_share"].truth(Cholesky(), HORIZON).fevd
    assert np.abs(share[:, :2, 2]).max() == 0
    assert share[11, 2].min() > 0


def test_samples_depend_on_their_number_alone() -> None:
    economy = NEAR_UNIT_ROOT
    first, again, other = (economy.simulate(100, economy.generator(100, n)) for n in (3, 3, 4))
    assert len(first) == 102
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.to_numpy() - other.to_numpy()).min() > 0
    longer = economy.simulate(160, economy.generator(160, 3))
    assert np.abs(longer.to_numpy()[:102] - first.to_numpy()).min() > 0


def test_a_cell_is_reproducible_whatever_the_batches_and_the_other_cells() -> None:
    together = replicate("stationary", 100, CELLS, range(4))
    halves = totals([replicate("stationary", 100, CELLS, range(a, a + 2)) for a in (2, 0)])
    alone = replicate("stationary", 100, CELLS[:1], range(4))
    assert halves == together
    assert alone[CELLS[0]] == together[CELLS[0]]


def test_an_interrupted_audit_goes_on_to_the_same_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_run, "BATCH", 2)
    whole = audit_run.run(CELLS, 6, WorkFile.below(tmp_path / "whole"), processes=1)

    calls = []

    def counted(economy: str, nobs: int, cells: set[Cell], samples: range) -> dict[Cell, Held]:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(samples)
        return replicate(economy, nobs, cells, samples)

    work = WorkFile.below(tmp_path / "parts")
    monkeypatch.setattr(audit_run, "replicate", counted)
    with pytest.raises(KeyboardInterrupt):
        audit_run.run(CELLS, 6, work, processes=1)
    with work.path.open("a") as file:
        file.write('\n{"batch": {"econ')  # a line that was cut off
    assert len(work.read()) == 2

    calls.clear()
    resumed = audit_run.run(CELLS, 6, work, processes=1)
    assert calls == [range(4, 6)]
    assert resumed == whole
    assert audit_run.run(CELLS, 6, work, processes=1) == whole
    assert len(calls) == 1


def test_further_cells_are_added_to_the_batches_that_are_there(tmp_path: Path) -> None:
    work = WorkFile.below(tmp_path)
    audit_run.run(CELLS[:1], 2, work, processes=1)
    both = audit_run.run(CELLS, 2, work, processes=1)
    assert set(both) == set(CELLS)
    assert audit_run.run(CELLS[:1], 2, work, processes=1).keys() == {CELLS[0]}


@pytest.mark.parametrize("quantity", ["irf", "cumulative_irf", "unit_irf", "irf_path"])
def test_responses_held_are_those_of_the_table_a_user_gets(quantity: str) -> None:
    band = KILIAN + (SUP_T if quantity == "irf_path" else "")
    cell = Cell("near_unit_root", 100, "cholesky", band, quantity, 24)
    counted = replicate("near_unit_root", 100, [cell], range(2, 3))[cell]

    generator = NEAR_UNIT_ROOT.generator(100, 2)
    data = NEAR_UNIT_ROOT.simulate(100, generator)
    svar = (
        VAR(lags=2)
        .fit(data)
        .identify(
            Cholesky(),
            inference=BiasCorrectedBootstrap(DRAWS),
            rng=int(generator.integers(2**63 - 1)),
        )
    )
    irf = svar.irf(
        24,
        size="unit" if quantity == "unit_irf" else "1sd",
        cumulative=quantity == "cumulative_irf",
        levels=(0.9,),
    )
    rows = (irf.joint() if quantity == "irf_path" else irf).tidy()
    truth = NEAR_UNIT_ROOT.truth(Cholesky(), 24)
    value = truth.irf if quantity == "irf_path" else getattr(truth, quantity)
    place = (rows["horizon"], rows["response"].str[1:].astype(int) - 1)
    true = value[(*place, rows["shock"].str[1:].astype(int) - 1)]
    rows["held"] = (rows["conf_low"] - 1e-10 <= true) & (true <= rows["conf_high"] + 1e-10)
    if quantity == "irf_path":
        held = rows.groupby(["response", "shock"])["held"].all()
    else:
        held = rows[rows["horizon"] == 24].set_index(["response", "shock"])["held"].sort_index()
    assert counted.by_response == tuple(held.astype(int))


def test_shares_held_are_those_of_the_table_a_user_gets() -> None:
    cell = Cell("stationary", 100, "cholesky", "delta_method", "fevd", 12)
    counted = replicate("stationary", 100, [cell], range(1))[cell]
    from yenloop.models.inference.delta_method import DeltaMethod

    economy = ECONOMIES["stationary"]
    data = economy.simulate(100, economy.generator(100, 0))
    shares = VAR(lags=2).fit(data).identify(Cholesky(), inference=DeltaMethod()).fevd(24)
    rows = shares.tidy([0.9]).query("statistic == 'fevd' and horizon == 12")
    rows = rows.set_index(["response", "shock"]).sort_index()
    true = economy.truth(Cholesky(), HORIZON).fevd[11].ravel()
    interior = (true > 0.1) & (true < 0.9)
    held = (rows["conf_low"] <= true) & (true <= rows["conf_high"])
    assert counted.by_response == tuple(held[interior].astype(int))
    assert 0 < interior.sum() < 9


def test_the_monte_carlo_error_counts_samples_not_responses() -> None:
    rng = np.random.default_rng(0)
    held = rng.random((50, 1)) < rng.random((50, 4))  # responses of one sample go together
    parts = [Held(1, 0, tuple(map(int, row)), int(row.sum()) ** 2) for row in held]
    total = sum(parts[1:], start=parts[0])
    assert total.coverage == pytest.approx(held.mean())
    assert total.lowest == pytest.approx(held.mean(axis=0).min())
    expected = held.mean(axis=1).std(ddof=1) / np.sqrt(50)
    assert total.mc_error == pytest.approx(expected)


def test_a_band_that_the_package_refuses_is_counted_apart() -> None:
    cell = Cell("mixed", 100, "long_run", KILIAN, "irf", 1)
    found = replicate("mixed", 100, [cell], range(22, 25))[cell]
    assert found.samples + found.refused == 3
    assert found.refused > 0
    assert found.samples > 0
    assert len(found.by_response) == 8


def test_a_response_at_the_boundary_stands_in_brackets_and_not_in_the_average() -> None:
    cell = Cell("mixed", 160, "long_run", KILIAN, "irf", 12)
    found = replicate("mixed", 160, [cell], range(2))[cell]
    share = true_values("mixed", "long_run").fevd[0]
    assert (share > 0.9).sum() == len(found.at_boundary) == 1
    assert found.lowest == min(*found.by_response, *found.at_boundary) / found.samples
    assert Held(2, 0, (2, 2), 8, (0,)).coverage == 1
    assert (Held(2, 0, (2,), 2, (0,)) + Held(1, 0, (1,), 1, (1,))).lowest == pytest.approx(1 / 3)


def test_headline_cells_hold_what_was_promised() -> None:
    assert len(set(HEADLINE)) == len(HEADLINE) <= 60
    assert not set(HEADLINE) & set(BEYOND)
    for economy, scheme, band, quantity in (
        ("near_unit_root", "cholesky", KILIAN, "irf"),
        ("stationary", "long_run", KILIAN, "irf"),
        ("mixed", "long_run", KILIAN, "irf"),
        ("heteroskedastic", "cholesky", KILIAN_BLOCKS, "irf"),
        ("heteroskedastic", "cholesky", BLOCKS, "irf"),
        ("near_unit_root", "cholesky", KILIAN + SUP_T, "irf_path"),
    ):
        lengths = {
            cell.nobs
            for cell in HEADLINE
            if (cell.economy, cell.scheme, cell.band, cell.quantity)
            == (economy, scheme, band, quantity)
        }
        assert lengths == {100, 160, 300}
    assert {1, 12, 24} <= {cell.horizon for cell in HEADLINE if cell.band == KILIAN}
    assert 0.95 < NEAR_UNIT_ROOT.largest_root < LEVELS.largest_root < 0.99


def test_the_published_table_has_the_columns_and_a_row_for_each_cell(tmp_path: Path) -> None:
    found = {
        cell: Held(1000, 3, (890, 910), 2 * 10**6)
        for cell in (*CELLS, Cell("zero_share", 100, "cholesky", KILIAN, "zero_share", 12))
    }
    csv, page = write(found, tmp_path, "coverage")
    lines = csv.read_text().splitlines()
    expected = "model,scheme,band,object,horizon,T,dgp,nominal,coverage,mc_error,draws,seed"
    assert lines[0] == expected == ",".join(COLUMNS)
    assert len(lines) == 1 + len(found)
    rows = table(found).set_index("object")
    assert rows.loc["zero_share", "nominal"] == pytest.approx(0.1)
    assert set(rows.loc["irf", "nominal"]) == {0.9}
    assert rows.loc["fevd", "draws"] == 0  # the delta method draws nothing
    assert page.read_text() == as_page(found, "coverage")
    assert "| 90.0 (89), 0.3% refused |" in page.read_text()


def test_the_page_names_the_required_bands_that_fall_short() -> None:
    low = Held(1000, 0, (800, 820), 10**6)
    short = Cell("near_unit_root", 100, "cholesky", KILIAN, "irf", 12)
    compared = Cell("near_unit_root", 100, "cholesky", "residual_bootstrap", "irf", 12)
    named = (
        as_page({short: low, compared: low}, "coverage").split("## Below 87%")[1].split("## ")[0]
    )
    assert "bias_corrected_bootstrap, response, h = 12: 81.0%" in named
    assert "residual_bootstrap" not in named
