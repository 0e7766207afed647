"""Proves that a stored result comes back bit for bit, and that damaged files are refused."""

import inspect
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

import yenloop
from yenloop import (
    AB,
    VAR,
    VECM,
    BlockBootstrap,
    BlockExogenous,
    Cholesky,
    DeltaMethod,
    Hall,
    Instruments,
    PandemicScale,
    Panel,
    PercentileT,
    Posterior,
    ResidualBootstrap,
    Sign,
    SignRestrictions,
    SupT,
    VarianceRegimes,
    VolatilityBootstrap,
)
from yenloop.errors import OutputError, StorageError
from yenloop.models.identification.protocol import Identification
from yenloop.models.inference.protocol import Inference
from yenloop.models.reduced_form.base import ReducedForm
from yenloop.models.reduced_form.examined import Examined
from yenloop.models.reduced_form.var_results import VARResults
from yenloop.models.results import Result
from yenloop.models.scheme_answers import SchemeAnswers
from yenloop.models.storage import load, save
from yenloop.models.structural import StructuralVAR
from yenloop.models.structural_answers import Answers
from yenloop.models.vecm_results import VECMResults

BOOTSTRAP, BLOCKS = ResidualBootstrap(100), BlockBootstrap(100)


def same(one: object, other: object) -> None:
    """Equal to the last bit, whatever they are."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, strict=True)
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True, check_freq=True)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other, check_exact=True, check_freq=True)
    elif isinstance(one, pd.Index):
        pd.testing.assert_index_equal(one, other, exact=True)
    elif is_dataclass(one):
        assert type(one) is type(other)
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple | list):
        assert type(one) is type(other)
        assert len(one) == len(other)
        for a, b in zip(one, other):
            same(a, b)
    elif hasattr(one, "items"):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, float) and one != one:
        assert other != other
    else:
        assert one == other


@cache
def panel() -> Panel:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        rng.standard_normal((120, 3)).cumsum(axis=0) * 0.1 + rng.standard_normal((120, 3)),
        index=pd.period_range("2010-01", periods=120, freq="M"),
        columns=["yen", "cpi", "jgb"],
    )
    return Panel.from_frame(frame)


@cache
def reduced() -> VARResults:
    return VAR(lags=2).fit(panel())


@cache
def svar(inference: Inference = BOOTSTRAP, scheme: Identification | None = None) -> StructuralVAR:
    return reduced().identify(scheme or Cholesky(), inference=inference, rng=1)


@cache
def vecm() -> VECMResults:
    return VECM(lags=1, rank=1).fit(panel())


@cache
def with_exogenous() -> VARResults:
    return VAR(lags=1, exog=["jgb"], exog_lags=1, outliers=["2015-03"]).fit(panel())


def larger_shocks() -> VARResults:
    return VAR(1, pandemic=PandemicScale("2016-09"), errors="HC1").fit(panel())


@cache
def set_identified() -> StructuralVAR:
    signs = [Sign("jgb", "jgb", "+"), Sign("jgb", "cpi", "-")]
    return reduced().identify(SignRestrictions(signs, rotations=50), inference=Posterior(100))


@cache
def instrumented() -> StructuralVAR:
    residual = reduced().residuals["jgb"]
    noise = np.random.default_rng(4).standard_normal(len(residual))
    return reduced().identify(
        Instruments((residual + 0.5 * noise).to_frame("news"), shock="jgb"), inference=BLOCKS
    )


@cache
def by_variances() -> StructuralVAR:
    """Shocks whose variances move by different factors half-way."""
    rng = np.random.default_rng(8)
    shocks = rng.standard_normal((240, 3))
    shocks[120:] *= [1.0, 3.0, 0.3]
    impact = np.array([[1.0, 0.3, 0.2], [0.1, 1.0, 0.4], [0.3, 0.2, 1.0]])
    index = pd.period_range("2000-01", periods=240, freq="M")
    frame = pd.DataFrame(shocks @ impact.T, index, ["yen", "cpi", "jgb"])
    regimes = VarianceRegimes(breaks=["2010-01"])
    return VAR(1).fit(frame).identify(regimes, inference=VolatilityBootstrap(100))


#: One result of each kind, made when it is asked for.
RESULTS: dict[str, Callable[[], Result]] = {
    "reduced": reduced,
    "robust bounds": lambda: set_identified().robust_bounds(3),
    "prior of rotations": lambda: set_identified().prior_impact(),
    "strength of instruments": lambda: instrumented().instrument_strength(),
    "Anderson-Rubin sets": lambda: instrumented().anderson_rubin(3),
    "variance ratios": lambda: by_variances().variance_ratios(),
    "volatility of shocks": lambda: by_variances().shock_volatility(),
    "lags by a criterion": lambda: VAR(lags="aic", max_lags=4, trend="ct").fit(panel()),
    "exogenous": with_exogenous,
    "restricted": lambda: VAR(1, restrictions=BlockExogenous(["yen"])).fit(panel()),
    "larger shocks": larger_shocks,
    "lag selection": lambda: VAR(max_lags=3).select_lags(panel()),
    "pandemic": lambda: larger_shocks().pandemic_scale(),
    "restriction test": lambda: reduced().test_restrictions(BlockExogenous(["yen"])),
    "diagnostics": lambda: reduced().diagnostics(),
    "stationarity": lambda: yenloop.examine_stationarity(panel()),
    "causality": lambda: reduced().granger("cpi", "yen"),
    "instantaneous": lambda: reduced().instantaneous("cpi"),
    "causality table": lambda: reduced().granger_table(errors="HC1"),
    "break": lambda: reduced().break_test("cpi", draws=99),
    "breaks": lambda: reduced().multiple_breaks("cpi", breaking="constant", draws=99),
    "system break": lambda: reduced().system_break_test(breaking="constant", draws=99),
    "coefficient influence": lambda: reduced().influence(),
    "vecm": vecm,
    "rank test": lambda: VECM(lags=1, deterministic="coli").rank_test(panel()),
    "irf": lambda: svar().irf(6, size={"yen": 10}),
    "irf, delta": lambda: svar(DeltaMethod()).irf(4),
    "irf, Hall": lambda: svar(BlockBootstrap(100, interval=Hall())).irf(4),
    "irf, percentile-t": lambda: svar(ResidualBootstrap(100, interval=PercentileT())).irf(4),
    "irf, joint": lambda: svar(DeltaMethod()).irf(4).joint(SupT(), over="shown"),
    "irf, levels": lambda: vecm().identify(Cholesky(), inference=BOOTSTRAP).irf(4),
    "overlay": lambda: svar().irf(4).overlay(svar(DeltaMethod()).irf(4)),
    "generalised irf": lambda: reduced().generalised_irf(4, inference=BOOTSTRAP),
    "generalised fevd": lambda: reduced().generalised_fevd(4, inference=BOOTSTRAP),
    "fevd": lambda: svar().fevd(4),
    "history": lambda: svar().historical_decomposition(draws=20),
    "counterfactual": lambda: svar().counterfactual(
        shocks_off=["yen"], edges_off=[("cpi", "jgb")], start="2015-01", end="2015-12"
    ),
    "forecast": lambda: svar().forecast(4),
    "forecast evaluation": lambda: yenloop.evaluate_forecasts(
        VAR(1), panel(), first_origin="2019-10", horizons=(1,), draws=100
    ),
    "multipliers": lambda: with_exogenous().dynamic_multipliers(4, inference=BOOTSTRAP),
    "long run": lambda: svar().long_run_effects(cumulative=True),
    "shocks": lambda: svar().shock_series(),
    "influence": lambda: svar().influence("yen", "cpi", horizons=(0, 3)),
    "coefficients": lambda: svar().structural_coefficients(),
    "coefficients, AB": lambda: svar(
        scheme=AB(a={"cpi": ["yen"], "jgb": ["yen"]})
    ).structural_coefficients(),
    "gain": lambda: yenloop.loop_gain(svar(), "yen", horizons=(6, 12)),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_field_returns(name, tmp_path):
    result = RESULTS[name]()
    found = load(result.save(tmp_path / "one.yenloop"))
    same(result, found)
    pd.testing.assert_frame_equal(result.tidy(), found.tidy(), check_exact=True)
    assert str(result.summary()) == str(found.summary())
    assert result.notes() == found.notes()


def test_every_result_of_a_var_is_among_them():
    """Whatever the methods of an estimated VAR and of a structural VAR return."""
    made = {type(make()) for make in RESULTS.values()}
    asked = [Examined, Answers, SchemeAnswers, ReducedForm, VARResults, VECM]
    returned = {
        str(inspect.signature(method).return_annotation)
        for one in asked
        for name, method in vars(one).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }
    known = {kind.__name__ for kind in every_result(Result)}
    assert returned & known <= {kind.__name__ for kind in made}


def every_result(kind: type) -> Iterator[type]:
    for derived in kind.__subclasses__():
        yield derived
        yield from every_result(derived)


def test_a_structural_var_returns_and_draws_the_same(tmp_path):
    made = reduced().identify(Cholesky(["cpi", "yen", "jgb"]), inference=BOOTSTRAP, rng=4)
    found = load(save(made, tmp_path / "svar.yenloop"))
    same(made, found)
    np.testing.assert_array_equal(made.draws.impact, found.draws.impact)


def test_the_same_result_gives_the_same_bytes(tmp_path):
    irf = RESULTS["irf"]()
    first, second = irf.save(tmp_path / "a"), irf.save(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


@dataclass(frozen=True)
class Foreign(Result):
    x: object


@pytest.mark.parametrize("item", [Foreign(1), lambda: 0, object(), open])
def test_what_is_not_ours_is_not_stored(item, tmp_path):
    with pytest.raises(TypeError, match="cannot be stored"):
        save(item, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


INDEXES = [
    pd.period_range("2001-03", periods=4, freq="Q"),
    pd.date_range("2020-01-03", periods=4, freq="B"),
    pd.DatetimeIndex(["2020-01-01", "2020-02-07"], tz="Asia/Tokyo"),
    pd.Index(["a", "b"], name="series"),
    pd.Index([1.5, np.nan]),
    pd.RangeIndex(1, 9, 2, name="step"),
    pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"]),
]


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: type(index).__name__)
def test_labels_return_with_their_frequency(index, tmp_path):
    same(index, load(save(index, tmp_path / "i")))
    series = pd.Series(np.arange(len(index)), index=index, name="v")
    same(series, load(save(series, tmp_path / "s")))


def test_odd_columns_and_numbers_return(tmp_path):
    frame = pd.DataFrame(
        {"x": [1.0, np.nan], "n": [1, 2], "text": ["a", None], "yes": [True, False]},
    )
    frame["when"] = [pd.Timestamp("2020-01-01"), pd.NaT]
    frame["mixed"] = pd.Series([("a", 1), 2.5], dtype=object)
    same(frame, load(save(frame, tmp_path / "f")))
    values = {
        ("a", 1): float("-inf"),
        "z": 1 + 2j,
        "set": frozenset({"b", "a"}),
        "when": pd.Period("2024-08", "M"),
        "objects": np.array(["a", 2], dtype=object),
        "nothing": np.empty((0, 3)),
        "turned": np.arange(6.0).reshape(2, 3).T,
    }
    same(values, load(save(values, tmp_path / "v")))


def test_a_flipped_byte_is_found(tmp_path):
    path = RESULTS["irf"]().save(tmp_path / "irf.yenloop")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        load(path)


def test_files_of_another_kind_are_refused(tmp_path):
    with pytest.raises(StorageError, match="no file"):
        load(tmp_path / "absent")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(StorageError, match="not a result"):
        load(tmp_path / "text")
    for n, content in enumerate(
        [
            {"format": 1, "version": "0", "result": ["object", "errors", "DataError", {}]},
            {"format": 1, "version": "0", "result": ["object", "cli", "run", {}]},
            {"format": 1, "version": "0", "result": ["archive"]},
            {"format": 1, "version": "0", "result": ["array", "arrays/9.npy", [0]]},
        ]
    ):
        with zipfile.ZipFile(tmp_path / f"{n}.zip", "w") as archive:
            archive.writestr("result.json", json.dumps(content))
        with pytest.raises(StorageError, match="not a result"):
            load(tmp_path / f"{n}.zip")
    with zipfile.ZipFile(tmp_path / "new", "w") as archive:
        archive.writestr("result.json", json.dumps({"format": 99, "version": "9", "result": 1}))
    with pytest.raises(StorageError, match="newer format"):
        load(tmp_path / "new")


def test_a_failed_save_leaves_the_earlier_file(tmp_path):
    path = RESULTS["fevd"]().save(tmp_path / "x")
    before = path.read_bytes()
    with pytest.raises(TypeError):
        save(Foreign(object()), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x"]
    with pytest.raises(OutputError, match="cannot be written"):
        save(1, tmp_path / "none" / "x")
