"""What uniform rotations imply on impact: closed forms, truncation, beside the posterior."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, kstwobign

import yenloop
from yenloop.data.panel import Column, Panel
from yenloop.errors import NotIdentifiedError, SpecError
from yenloop.estimation.haar_impact import haar_density, largest_gap, sampling_gap
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.narrative import ShockSign
from yenloop.models.identification.sign_restrictions import Sign, ZeroResponse
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.posterior import Posterior
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.var import VAR

COLUMNS = {
    "yen": Column("yen", "Yen", "%"),
    "jgb": Column("jgb", "JGB yield", "pp", response_unit="bp", response_scale=100),
    "gap": Column("gap", "Output gap", "%"),
}


def svar(names, restrictions, *, periods: int = 300, draws: int = 400, **options):
    rng = np.random.default_rng(2)
    data = (
        rng.standard_normal((periods, len(names)))
        @ np.array([[2.0, 0.02, 0.3], [0, 0.1, 0.2], [0, 0, 1.0]])[: len(names), : len(names)]
    )
    frame = pd.DataFrame(data, pd.period_range("1990-01", periods=periods, freq="M"), list(names))
    columns = {name: COLUMNS[name] for name in names}
    reduced = VAR(1).fit(Panel.from_frame(frame, columns))
    scheme = SignRestrictions(restrictions, rotations=20, **options)
    return reduced.identify(scheme, inference=Posterior(draws), rng=1)


@pytest.mark.parametrize("variables", [2, 3, 4, 6])
def test_density_is_that_of_an_element_of_a_uniform_unit_vector(variables) -> None:
    area, _ = quad(lambda h: float(haar_density(np.array(h), 1.7, variables)), -1.7, 1.7)
    assert area == pytest.approx(1, abs=1e-6)
    vectors = np.random.default_rng(0).standard_normal((100_000, variables))
    element = 1.7 * vectors[:, 0] / np.linalg.norm(vectors, axis=1)
    counts, edges = np.histogram(element, 20, (-1.7, 1.7))
    for count, low, high in zip(counts, edges, edges[1:]):
        share, _ = quad(lambda h: float(haar_density(np.array(h), 1.7, variables)), low, high)
        assert abs(count / 100_000 - share) < 4 * np.sqrt(share / 100_000)
    np.testing.assert_array_equal(haar_density(np.array([-2.0, 1.8]), 1.7, variables), 0)


def test_two_variables_have_the_cosine_of_a_uniform_angle() -> None:
    """Shapes that are known: arcsine for two variables, uniform for three."""
    h = np.linspace(-0.99, 0.99, 9)
    np.testing.assert_allclose(haar_density(h, 1, 2), 1 / (np.pi * np.sqrt(1 - h**2)), rtol=1e-12)
    np.testing.assert_allclose(haar_density(h, 2, 3), 1 / 4, rtol=1e-12)


def test_own_responses_have_the_half_of_it_that_the_normalisation_leaves() -> None:
    found = svar(("yen", "jgb"), [Sign("yen", "yen", "+")]).prior_impact(draws=20_000)
    assert found.prior.shape == (20_000, 2, 1)
    share = found.prior[:, 0, 0] / found.deviations[0]
    assert kstest(share, lambda x: 2 / np.pi * np.arcsin(np.clip(x, 0, 1))).pvalue > 0.001
    three = svar(("yen", "jgb", "gap"), [Sign("yen", "yen", "+")]).prior_impact(draws=20_000)
    assert kstest(three.prior[:, 0, 0] / three.deviations[0], "uniform").pvalue > 0.001


def test_given_sigma_the_data_say_nothing_more() -> None:
    """The longer the sample, the closer is the posterior to the prior; the prior does not move."""
    restrictions = [Sign("yen", "yen", "+"), Sign("yen", "jgb", "+")]
    names = ("yen", "jgb", "gap")
    short = svar(names, restrictions, periods=25, draws=3000).prior_impact()
    long = svar(names, restrictions, periods=4000, draws=3000).prior_impact()
    assert short.gap.to_numpy().max() > 2 * sampling_gap(3000, 10_000)
    assert long.gap.to_numpy().max() < 1.3 * sampling_gap(3000, 10_000)


def test_restrictions_hold_in_every_draw_of_the_prior() -> None:
    """Zeros too, by weights; narratives speak of the data and are left out."""
    names = ("yen", "jgb", "gap")
    restrictions = [
        Sign("yen", "yen", "+"),
        Sign("yen", "jgb", "-"),
        ZeroResponse("gap", "yen"),
        Sign("gap", "gap", "+"),
        ZeroResponse("yen", "gap"),
    ]
    found = svar(names, restrictions).prior_impact(draws=500)
    assert found.shocks == ("yen", "gap")
    assert (found.prior[:, 0, 0] >= 0).all()
    assert (found.prior[:, 1, 0] <= 0).all()
    assert not found.prior[:, 0, 1].any()
    assert not found.prior[:, 2, 0].any()
    told = [ShockSign("yen", "2001-01", "+")]
    signs = [Sign("yen", "yen", "+"), Sign("yen", "jgb", "+")]
    with_story = svar(names, signs, narrative=told).prior_impact(draws=500)
    without = svar(names, signs).prior_impact(draws=500)
    np.testing.assert_array_equal(with_story.prior, without.prior)


def test_largest_gap_is_that_of_kolmogorov_and_smirnov() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.standard_normal((400, 2)), rng.normal([0, 0.3], size=(300, 2))
    for i, gap in enumerate(largest_gap(one, other)):
        assert gap == pytest.approx(kstest(one[:, i], other[:, i]).statistic)
    quantile = kstwobign.ppf(0.95) * np.sqrt(1 / 400 + 1 / 300)
    assert sampling_gap(400, 300) == pytest.approx(quantile, rel=1e-3)


def test_the_result_is_complete(tmp_path) -> None:
    found = svar(
        ("yen", "jgb", "gap"),
        [Sign("money", "jgb", "+"), Sign("money", "yen", "-")],
        own={"money": "jgb"},
    ).prior_impact(draws=2000)
    tidy = found.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    assert set(tidy["statistic"]) == {"prior_impact", "posterior_impact", "prior_posterior_gap"}
    assert set(tidy.loc[tidy["response"] == "jgb", "unit"]) == {"bp", "probability"}
    assert (tidy["horizon"] == 0).all()
    bins = found.densities("money")
    areas = (bins["prior"] * (bins["high"] - bins["low"])).groupby(bins["response"]).sum()
    np.testing.assert_allclose(areas, 1)
    assert "Money shock" in str(found.summary())
    assert "baumeister_hamilton2015" in found.cite()
    assert "uniform (Haar)" in " ".join(found.notes())
    again = yenloop.load(found.save(tmp_path / "prior.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), tidy)
    figure, axes = found.plot()
    assert axes.flat[1].get_xlabel() == "Response on impact (bp)"
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["prior, restricted", "posterior", "unrestricted"]
    assert "Money shock" in figure.legends[0].get_title().get_text()


def test_what_has_no_rotations_is_refused() -> None:
    signs = svar(("yen", "jgb"), [Sign("yen", "yen", "+")])
    with pytest.raises(NotIdentifiedError, match="uniform rotations"):
        signs.reduced.identify(Cholesky()).prior_impact()
    with pytest.raises(SpecError):
        signs.prior_impact(draws=5)
    with pytest.raises(SpecError):
        signs.prior_impact(draws=200).plot(shock="jgb")
