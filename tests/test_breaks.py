"""Breaks of one equation: published numbers, brute force, known truth, size."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.integrate import quad

from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.estimation.break_dates import (
    Side,
    date_interval,
    likelihood_margin,
    probability_beyond,
    sup_wald_p_value,
)
from yenloop.estimation.breaks import (
    candidate_dates,
    explained_by_break,
    fixed_regressor_bootstrap,
    orthonormal,
    residuals_on,
    wald_sequence,
)
from yenloop.estimation.multiple_breaks import sequential_f, sup_f
from yenloop.estimation.partitions import best_partitions
from yenloop.models.reduced_form.break_design import design_of_regression
from yenloop.models.reduced_form.break_regimes import fit_regimes, intervals_of, likely_dates
from yenloop.models.reduced_form.breaks import break_test
from yenloop.models.reduced_form.multiple_breaks import multiple_breaks
from yenloop.models.storage import load
from yenloop.models.var import VAR

# US ex-post real interest rate, per cent, 1961Q1 to 1986Q3: Garcia and Perron (1996), the example
# of Bai and Perron (2003).
REAL_RATE = """
 1.99132  0.00403  2.27000  0.84833  1.89112 -0.28000  3.68431  1.62478  1.21599  1.28373  1.70141
 3.16687  2.32779  2.26202  1.91218  3.53196 -0.31777  3.44694  1.52422  0.74268  1.31541  0.36646
 3.59562  3.65740  0.97494 -0.53280  1.12681  0.31123  0.57834  1.08163  0.24977  0.23792 -0.32653
 1.14733  1.19323  2.58962  0.01195  2.63842  0.42092  2.58823 -2.19809  2.89548  1.82130  0.86332
 0.67496  0.34435  1.22762 -2.83991 -1.81630 -2.22965 -1.58457 -6.31184 -2.46258 -5.61479 -3.53887
 1.01780 -1.58875 -1.85396 -0.25670  2.42226 -1.29502 -0.48977  1.21167 -4.85498 -3.59900  0.17094
 1.51603 -1.85304 -5.60478 -1.25767  0.96658 -3.09451 -5.26773 -4.03154 -1.76618 -5.73978  3.83047
 0.52007 -0.18033  3.82808  3.01171  2.75289 11.74184  9.91701  3.03444 10.15143  9.29177  6.87498
 2.43675  4.37202  6.77774  4.16692  5.65037  5.17734  9.41206  3.77006  4.24568  4.53154  3.39706
 8.93951  4.20825  3.43461  4.30529
"""


def nile():
    data = sm.datasets.nile.load_pandas().data
    index = pd.period_range("1871", periods=len(data), freq="Y")
    return pd.DataFrame({"flow": data["volume"].to_numpy()}, index=index)


def real_rate():
    values = np.array(REAL_RATE.split(), dtype=float)
    index = pd.period_range("1961Q1", periods=len(values), freq="Q")
    return pd.DataFrame({"rate": values}, index=index)


def regression(nobs=80, seed=1):
    """Regressors in very different units and two outcomes."""
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [np.ones(nobs), rng.standard_normal((nobs, 3)) * [1, 100, 0.01] + [5, 500, 0]]
    )
    return x, rng.standard_normal((nobs, 2)) + x @ rng.standard_normal((4, 2))


def with_break(nobs=200, date=110, shift=1.0, seed=0):
    """y on x and a constant, whose coefficients both rise after row ``date``; w never matters."""
    rng = np.random.default_rng(seed)
    x, w, e = rng.standard_normal((3, nobs))
    after = np.arange(nobs) >= date
    y = 0.5 + x + shift * after * (1 + x) + e
    index = pd.period_range("2000-01", periods=nobs, freq="M")
    return pd.DataFrame({"y": y, "x": x, "w": w}, index=index)


# Published numbers


@pytest.mark.golden
def test_nile_as_in_strucchange():
    found = break_test(nile(), "flow", errors="classical", draws=99)
    assert found.statistics["sup"] == pytest.approx(75.93, abs=0.005)
    assert str(found.date) == "1898"
    assert found.p_values["sup"] == 0.01
    # Each regime has a variance of its own there.
    found = break_test(nile(), "flow", errors="HC0", draws=99, levels=(0.95,))
    assert found.intervals[0.95] == (25, 32)
    assert [str(date) for date in found.interval(0.95)] == ["1895", "1902"]
    assert found.coefficients["before", "coefficient"].item() == pytest.approx(1097.75)
    assert found.coefficients["after", "coefficient"].item() == pytest.approx(849.972, abs=5e-4)


@pytest.mark.golden
def test_nile_partitions_as_in_strucchange():
    found = multiple_breaks(nile(), "flow", errors="classical", draws=99)
    assert found.rows == {
        0: (),
        1: (28,),
        2: (28, 83),
        3: (28, 68, 83),
        4: (28, 45, 68, 83),
        5: (15, 30, 45, 68, 83),
    }
    squares = [2835157, 1597457, 1552924, 1538097, 1507888, 1659994]
    np.testing.assert_allclose(found.table["squares"], squares, rtol=0, atol=0.6)
    # strucchange prints T BIC with the constants of the normal density.
    bic = 100 * (found.table["bic"] + 1 + np.log(2 * np.pi)) + np.log(100)
    np.testing.assert_allclose(bic, [1318, 1270, 1276, 1285, 1292, 1311], rtol=0, atol=0.6)
    assert found.chosen["bic"] == 1


@pytest.mark.golden
def test_real_interest_rate_as_in_bai_and_perron():
    found = multiple_breaks(real_rate(), "rate", errors="classical", draws=99)
    squares = [644.9955, 455.9502, 445.1819, 444.8797, 449.6395]
    np.testing.assert_allclose(found.table["squares"].iloc[1:], squares, rtol=0, atol=6e-5)
    assert found.rows[2] == (47, 79)
    assert found.rows[3] == (24, 47, 79)
    assert found.rows[4] == (24, 47, 64, 79)
    assert found.rows[5] == (16, 31, 47, 64, 79)
    # Their criteria leave out the q = 1 coefficients of the first regime.
    bic = found.table["bic"] - np.log(103) / 103
    lwz = found.table["lwz"] - 0.299 * np.log(103) ** 2.1 / 103
    published = [2.4677, 1.9245, 1.6676, 1.7337, 1.8231, 1.9237]
    np.testing.assert_allclose(bic, published, rtol=0, atol=6e-5)
    published = [2.4775, 2.0095, 1.8282, 1.9703, 2.1360, 2.3136]
    np.testing.assert_allclose(lwz, published, rtol=0, atol=6e-5)
    assert (found.chosen["bic"], found.chosen["lwz"]) == (2, 2)
    two = found.coefficients[2]
    coefficients = two.xs("coefficient", axis=1, level=1).loc["const"]
    np.testing.assert_allclose(coefficients, [1.355037, -1.796138, 5.642890], rtol=0, atol=6e-7)
    errors = two.xs("s.e.", axis=1, level=1).loc["const"]
    np.testing.assert_allclose(errors, [0.311465, 0.377471, 0.435866], rtol=0, atol=6e-7)
    assert str(found.dates(3)[0]) == "1966Q4"
    # With four breaks there is no more room: the published program says so too.
    assert found.table.loc[4:, "next_f"].isna().all()


@pytest.mark.golden
def test_bootstrap_gives_the_critical_values_of_bai_and_perron():
    # Their tables for q = 1 and 15 per cent; the tolerance is three Monte Carlo standard errors.
    nobs, smallest = 200, 30
    x, w = orthonormal(np.ones((nobs, 1))), np.empty((nobs, 0))

    def statistic(outcomes):
        series = residuals_on(x, outcomes)[..., 0]
        return sup_f(series, x, w, best_partitions(series, x, w, 5, smallest), "classical")

    drawn = fixed_regressor_bootstrap(statistic, np.ones((nobs, 1)), 2000, 1)
    ten, five = np.quantile(drawn, [0.90, 0.95], axis=0)
    np.testing.assert_allclose(ten, [7.04, 6.28, 5.21, 4.41, 3.47], rtol=0.06)
    np.testing.assert_allclose(five, [8.58, 7.22, 5.96, 4.99, 3.91], rtol=0.07)
    ud_max = np.quantile(drawn.max(axis=1), [0.90, 0.95])
    np.testing.assert_allclose(ud_max, [7.46, 8.88], rtol=0.07)

    def one_more(outcomes):
        return sequential_f(outcomes[..., 0], x, w, np.array([100]), 15, "classical")

    drawn = fixed_regressor_bootstrap(one_more, np.ones((nobs, 1)), 2000, 1)
    np.testing.assert_allclose(np.quantile(drawn, [0.90, 0.95]), [8.51, 10.13], rtol=0.07)


@pytest.mark.golden
@pytest.mark.parametrize(
    ("q", "critical"),
    [
        (1, [7.12, 8.68, 12.16]),
        (2, [10.00, 11.72, 15.56]),
        (5, [16.30, 18.30, 22.65]),
        (10, [24.80, 27.10, 32.30]),
    ],
)
def test_tail_formula_against_andrews(q, critical):
    # Critical values at 10, 5 and 1 per cent for 15 per cent trimming: Andrews (2003), table 1.
    found = [sup_wald_p_value(value, q, 0.15) for value in critical]
    np.testing.assert_allclose(found, [0.10, 0.05, 0.01], rtol=0.13)
    assert np.isnan(sup_wald_p_value(float(q), q, 0.15))


# Numerics against brute force


@pytest.mark.parametrize("width", [2, 4])
def test_every_date_is_the_regression_with_its_dummies(width):
    x, y = regression()
    dates = candidate_dates(len(x), 0.15, width)
    basis = orthonormal(x)
    left = residuals_on(basis, y)
    fall = explained_by_break(basis, width, left, dates)
    robust = {
        kind: wald_sequence(basis, width, left.T, dates, kind) for kind in ("HC0", "HC1", "HC3")
    }
    for place in (0, 17, len(dates) - 1):
        after = x[:, :width].copy()
        after[: dates[place]] = 0.0
        both = np.column_stack([x, after])
        fit = sm.OLS(y[:, 0], both).fit()
        assert left[:, 0] @ left[:, 0] - fall[place, 0, 0] == pytest.approx(fit.ssr, rel=1e-10)
        change = np.eye(4 + width)[4:]
        for kind, found in robust.items():
            wald = sm.OLS(y[:, 0], both).fit(cov_type=kind).wald_test(change, scalar=True)
            assert found[0, place] == pytest.approx(float(wald.statistic), rel=1e-8)


def test_at_one_date_it_is_chow():
    x, y = regression()
    basis = orthonormal(x)
    left = residuals_on(basis, y[:, :1])
    found = wald_sequence(basis, 4, left.T, np.array([40]), "classical")[0, 0]
    parts = sum(sm.OLS(y[rows, 0], x[rows]).fit().ssr for rows in (slice(0, 40), slice(40, 80)))
    chow = (sm.OLS(y[:, 0], x).fit().ssr - parts) / 4 / (parts / (80 - 8))
    assert found / 4 == pytest.approx(chow, rel=1e-9)


@pytest.mark.parametrize("common", [0, 2])
def test_partitions_are_the_best_of_all(common):
    rng = np.random.default_rng(0)
    nobs, smallest = 24, 4
    x = np.column_stack([np.ones(nobs), rng.standard_normal(nobs)])
    w = rng.standard_normal((nobs, common))
    y = rng.standard_normal((2, nobs)) + np.where(np.arange(nobs) > 9, 2.0, 0.0)

    def squares(series, dates):
        ends = [0, *dates, nobs]
        parts = [
            np.where((np.arange(nobs) >= a) & (np.arange(nobs) < b), 1.0, 0.0)
            for a, b in pairwise(ends)
        ]
        design = np.column_stack([w, *(part[:, None] * x for part in parts)])
        return sm.OLS(series, design).fit().ssr

    found = best_partitions(y, orthonormal(x), orthonormal(w), 3, smallest)
    # With regressors that do not break the iteration may stop at a local minimum, not at l = 1.
    for breaks in (1, 2, 3) if not common else (1,):
        for draw in range(2):
            all_of_them = (
                dates
                for dates in combinations(range(smallest, nobs - smallest + 1), breaks)
                if min(np.diff([0, *dates, nobs])) >= smallest
            )
            best = min(all_of_them, key=lambda dates: squares(y[draw], dates))
            assert tuple(found.of(breaks)[draw]) == best
            assert found.squares[draw, breaks] == pytest.approx(squares(y[draw], best), rel=1e-10)


def test_robust_partition_test_with_one_break_is_the_wald_test():
    x, y = regression()
    basis, none = orthonormal(x), np.empty((80, 0))
    left = residuals_on(basis, y).T
    found = best_partitions(left, basis, none, 1, 12)
    for kind in ("classical", "HC1", "HC3"):
        wald = wald_sequence(basis, 4, left, np.arange(12, 69), kind)
        at_date = wald[[0, 1], found.of(1)[:, 0] - 12]
        np.testing.assert_allclose(
            sup_f(left, basis, none, found, kind)[:, 0], at_date / 4, rtol=1e-8
        )


# The date


def test_distribution_of_the_date():
    own, other = Side(0.3, 1.7), Side(0.8, 0.6)

    def density(x):
        def at(m):
            hit = m / np.sqrt(2 * np.pi * own.variance * x**3)
            hit *= np.exp(-((m + own.drift * x) ** 2) / (2 * own.variance * x))
            return -np.expm1(-other.rate * m) * own.rate * hit

        return quad(at, 0, np.inf)[0]

    for distance in (0.5, 3.0, 10.0):
        numeric = quad(density, distance, np.inf)[0]
        assert probability_beyond(distance, own, other) == pytest.approx(numeric, abs=1e-7)
    both = probability_beyond(0, own, other) + probability_beyond(0, other, own)
    assert both == pytest.approx(1.0, abs=1e-12)
    # Bai (1997): 7.7 and 11.0 for equal sides at 90 and 95 per cent.
    unit = Side(0.5, 1.0)
    assert probability_beyond(7.687, unit, unit) == pytest.approx(0.05, abs=5e-6)
    assert probability_beyond(11.033, unit, unit) == pytest.approx(0.025, abs=5e-6)
    assert date_interval(unit, unit, 0.95) == (12, 12)
    assert likelihood_margin(unit, unit, 0.90) == pytest.approx(-2 * np.log(1 - np.sqrt(0.9)))


@pytest.mark.parametrize("shift", [0.5, 1.0])
def test_likely_dates_cover_where_bai_does_not(shift):
    rng = np.random.default_rng(2)
    nobs, true, covered = 120, 66, []
    for _ in range(100):
        e = rng.standard_normal(nobs)
        y = np.zeros(nobs)
        for t in range(1, nobs):
            y[t] = 0.5 * y[t - 1] + shift * (t >= true) + e[t]
        frame = pd.DataFrame({"y": y[1:], "lag": y[:-1]})
        frame.index = pd.period_range("2000-01", periods=nobs - 1, freq="M")
        design = design_of_regression(frame, "y", None, constant=True)
        basis = orthonormal(design.regressors)
        dates = candidate_dates(design.nobs, 0.15, 2)
        fall = explained_by_break(basis, 2, residuals_on(basis, design.y), dates)[:, 0, 0]
        fit = fit_regimes(design, [dates[fall.argmax()]], "HC1")
        first, last = intervals_of(design, fit, 0, "HC1", [0.90])[0.90]
        likely = likely_dates(design, fit, 0, int(dates[0]), "HC1", [0.90])[0.90]
        covered.append([first <= true - 1 <= last, true - 1 in likely])
    bai, inverted = np.mean(covered, axis=0)
    assert inverted > bai
    assert inverted > 0.78


# Known truth, size, invariance


def test_finds_the_break():
    found = break_test(with_break(), "y", draws=199)
    assert found.p_values["sup"] == 0.005
    assert found.asymptotic_p_value < 1e-6
    assert abs(found.break_row - 110) <= 3
    assert 110 in found.likely[0.90]
    first, last = found.interval(0.90)
    assert str(first) <= "2009-02" <= str(last)
    change = found.coefficients.loc["x"]
    assert change["after", "coefficient"] - change["before", "coefficient"] > 0.6
    only_w = break_test(with_break(), "y", breaking=["w"], draws=199)
    assert only_w.p_values["sup"] > 0.05
    assert only_w.restrictions == 1


def test_finds_several_breaks_and_how_many():
    rng = np.random.default_rng(4)
    index = pd.period_range("2000-01", periods=150, freq="M")
    y = rng.standard_normal(150) + np.repeat([0.0, 2.0, -0.5], 50)
    found = multiple_breaks(pd.DataFrame({"y": y}, index), "y", draws=199, max_breaks=4)
    assert found.chosen == {"sequential": 2, "bic": 2, "lwz": 2}
    assert all(abs(row - true) <= 2 for row, true in zip(found.rows[2], (50, 100)))
    assert all(true in dates[0.90] for true, dates in zip((50, 100), found.likely[2]))
    assert found.ud_max_p_value == 0.005
    steady = multiple_breaks(pd.DataFrame({"y": rng.standard_normal(150)}, index), "y", draws=199)
    assert steady.chosen == {"sequential": 0, "bic": 0, "lwz": 0}


def test_rejects_a_true_null_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    index = pd.period_range("2000-01", periods=100, freq="M")
    p_values = []
    for _ in range(60):
        # The errors' standard deviation doubles in the second half: no break of coefficients.
        e = rng.standard_normal(100) * np.where(np.arange(100) > 50, 2.0, 1.0)
        y = np.zeros(100)
        for t in range(1, 100):
            y[t] = 0.5 * y[t - 1] + e[t]
        frame = pd.DataFrame({"y": y, "lag": np.roll(y, 1)}, index).iloc[1:]
        p_values.append(break_test(frame, "y", draws=99).p_values["sup"])
    # 10 per cent nominal; the bound is three Monte Carlo standard errors above.
    assert np.mean(np.array(p_values) <= 0.10) < 0.22
    assert 0.3 < np.mean(p_values) < 0.7


def test_units_do_not_matter():
    frame = with_break(nobs=120, date=70)
    plain = break_test(frame, "y", draws=99)
    scaled = break_test(frame * [1e3, 1e-3, 1e3] + [0, 5, 0], "y", draws=99)
    np.testing.assert_allclose(plain.sequence, scaled.sequence, rtol=1e-7)
    assert plain.p_values == scaled.p_values
    assert plain.intervals == scaled.intervals
    parts = [
        multiple_breaks(f, "y", breaking=["const"], draws=99, max_breaks=2)
        for f in (frame, frame * [1e3, 1e-3, 1.0])
    ]
    np.testing.assert_allclose(parts[0].table["sup_f"], parts[1].table["sup_f"], rtol=1e-7)
    assert parts[0].rows == parts[1].rows


def test_draws_depend_on_seed_and_number_alone():
    def values(outcomes):
        return outcomes[..., 0]

    few = fixed_regressor_bootstrap(values, np.ones((30, 1)), 70, 7)
    many = fixed_regressor_bootstrap(values, np.ones((30, 1)), 130, 7)
    np.testing.assert_array_equal(few, many[:70])
    signs = fixed_regressor_bootstrap(values, np.full((30, 1), 2.0), 70, 7, "rademacher")
    np.testing.assert_array_equal(np.abs(signs), 2.0)


def test_equations_of_a_var():
    rng = np.random.default_rng(6)
    y = np.zeros((160, 2))
    for t in range(1, 160):
        y[t] = [0.2, 0.2] * y[t - 1] + rng.standard_normal(2) + [1.5 * (t > 90), 0.0]
    index = pd.period_range("2000-01", periods=160, freq="M")
    var = VAR(1).fit(pd.DataFrame(y, index, ["a", "b"]))
    found = var.break_test("a", draws=99)
    assert found.p_values["sup"] == 0.01
    assert abs(found.break_row - 90) <= 3
    assert var.break_test("b", draws=99).p_values["sup"] > 0.05
    assert var.break_test("a", breaking="constant", draws=99).restrictions == 1
    assert var.break_test("a", breaking=["b"], draws=99).restrictions == 1
    assert var.break_test("a", breaking="lags", draws=99).restrictions == 2
    several = var.multiple_breaks("a", breaking="constant", draws=99, max_breaks=2)
    assert several.chosen["sequential"] == 1
    # A dummy for a month takes it out of the test.
    month = VAR(1, outliers=["2003-05"]).fit(pd.DataFrame(y, index, ["a", "b"]))
    dropped = month.break_test("a", draws=99)
    assert dropped.nobs == 158
    assert "2003-05" not in {str(date) for date in dropped.periods}


def test_refuses_what_makes_no_sense():
    frame = with_break(nobs=60)
    with pytest.raises(SpecError, match="No coefficient belongs to 'v'"):
        break_test(frame, "y", breaking=["v"])
    with pytest.raises(SpecError, match="trimming"):
        break_test(frame, "y", trimming=0.6)
    with pytest.raises(SpecError, match="errors"):
        break_test(frame, "y", errors="HAC")
    with pytest.raises(SpecError, match="draws"):
        break_test(frame, "y", draws=10)
    with pytest.raises(SampleError, match="cannot carry"):
        break_test(frame.iloc[:20], "y")
    late = frame.assign(w=np.where(np.arange(60) == 50, 1.0, 0.0))
    for examine in (break_test, multiple_breaks):
        with pytest.raises(NumericalError, match="zero throughout"):
            examine(late, "y", draws=99)
    with pytest.raises(NumericalError, match="twice is a combination"):
        break_test(frame.assign(twice=2 * frame["x"]), "y")
    with pytest.raises(SpecError, match="selection"):
        multiple_breaks(frame, "y", selection="aic")


def test_results_read_in_words_and_travel(tmp_path):
    frame = with_break(nobs=120, date=70)
    one, several = break_test(frame, "y", draws=99), multiple_breaks(frame, "y", draws=99)
    assert "Break after 2005-1" in str(one.summary())
    assert "fixed-regressor bootstrap, 99 draws, seed 0" in " ".join(one.notes())
    assert one.date_of_sup in one.periods
    assert len(one.sequence) == len(one.candidates)
    dates = one.tidy().query("statistic == 'break_date'")
    assert set(dates["band"]) == {"Bai (1997)", "likely dates"}
    assert "bai1997" in one.cite()
    assert "UDmax" in " ".join(several.notes())
    assert "bai_perron1998" in several.cite()
    for result in (one, several):
        again = load(result.save(tmp_path / "one.yenloop"))
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
        assert str(again.summary()) == str(result.summary())


def test_figures_say_what_they_show():
    frame = with_break(nobs=120, date=70)
    one = break_test(frame, "y", draws=99)
    figure, axes = one.plot()
    ax = axes[0, 0]
    assert ax.get_ylabel() == "Wald statistic"
    assert ax.get_xlabel() == "Last period before the break"
    np.testing.assert_allclose(ax.lines[0].get_ydata(), one.sequence)
    assert ax.lines[2].get_ydata()[0] == pytest.approx(one.critical_values[0.05])
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert f"Estimated: {one.date}" in words
    assert "Likely dates, 90%" in words
    assert "seed 0" in figure.texts[-1].get_text().replace("\n", " ")
    several = multiple_breaks(frame, "y", draws=99, selection="bic")
    _, axes = several.plot()
    assert len(axes[0, 0].lines) == 2 + several.number
