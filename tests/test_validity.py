"""The validity table: complete, with reasons, enforced, and printed as it is enforced."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yenloop.models.identification as schemes
import yenloop.models.inference as inferences
import yenloop.models.inference.intervals as intervals
import yenloop.models.inference.joint as joints
from yenloop.errors import InvalidInferenceError
from yenloop.models.generalised import Innovations
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.validity import (
    judge,
    require_joint,
    require_valid,
    validity_table,
)
from yenloop.models.inference.validity_page import validity_page
from yenloop.models.inference.validity_rules import (
    BASIS,
    BOOTSTRAPS,
    INTERVALS,
    JOINT,
    OBJECTS,
    SCHEMES,
)
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.opened_edge import open_edge
from yenloop.models.var import VAR

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def reduced():
    rng = np.random.default_rng(2)
    y = np.zeros((200, 2))
    for t in range(1, 200):
        y[t] = 0.5 * y[t - 1] + rng.standard_normal(2) @ [[1, 0.4], [0, 1]]
    index = pd.period_range("2000-01", periods=200, freq="M")
    return VAR(1).fit(pd.DataFrame(y, index=index, columns=["x", "y"]))


# -- the page and the frame ----------------------------------------------------------------------


def test_the_page_is_that_of_the_code():
    """To renew it, write what ``validity_page()`` returns to docs/validity.md."""
    assert (ROOT / "docs" / "validity.md").read_text(encoding="utf-8") == validity_page()


def test_every_combination_is_judged_with_a_reason():
    table = validity_table()
    names = ["scheme", "band", "interval", "object"]
    assert not table.duplicated(names).any()
    others = len(BASIS) - len(BOOTSTRAPS)  # one interval each
    assert len(table) == len(SCHEMES) * len(OBJECTS) * (3 * len(BOOTSTRAPS) + others)
    assert set(table["valid"]) == {"yes", "mind", "no"}
    assert (table["reason"].str.len() > 30).all()
    assert table["reason"].str.endswith(".").all()
    for row in table.itertuples():
        entry = judge(row.scheme, row.band, row.object, row.interval)
        assert entry.valid == (row.valid != "no")
        assert row.reason.startswith(entry.reason)


def test_each_object_of_identified_shocks_has_a_valid_band():
    table = validity_table()
    some = table[table["valid"] != "no"].groupby(["scheme", "object"]).size().unstack()
    assert some.loc[["cholesky", "ab", "long_run", "short_long_run"]].notna().all().all()
    assert some.loc["svec"].isna().sum() == 2  # the gain and opened edges
    assert some.loc["generalised", ["irf", "cumulative_irf", "fevd"]].notna().all()


def test_the_table_knows_every_scheme_band_interval_and_joint_rule_of_the_package():
    found = {
        package: {
            kind.__dict__["name"].fget(kind())
            for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
            if not module.name.endswith("protocol")
            for kind in vars(importlib.import_module(module.name)).values()
            if isinstance(kind, type) and kind.__module__ == module.name and "name" in kind.__dict__
        }
        for package in (inferences, intervals, joints)
    }
    assert found[inferences] == set(BASIS)
    assert found[intervals] == set(INTERVALS)
    assert found[joints] == set(JOINT)
    text = "".join(
        path.read_text(encoding="utf-8") for path in Path(schemes.__path__[0]).glob("*.py")
    )
    named = {name for name in SCHEMES if f'return "{name}"' in text}
    assert named == set(SCHEMES) - {"generalised"}
    assert Innovations().name == "generalised"


# -- entries -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("combination", "why"),
    [
        (("cholesky", "wild_bootstrap", "irf"), "Brueggemann, Jentsch and Trenkler"),
        (("ab", "wild_bootstrap", "fevd"), "depends on Sigma"),
        (("svec", "bias_corrected_bootstrap", "irf"), "imposes unit roots"),
        (("cholesky", "block_bootstrap", "forecast"), "future shocks one by one"),
        (("cholesky", "delta_method", "gain"), "random sample"),
        (("cholesky", "delta_method", "irf", "percentile"), "normal bounds"),
        (("cholesky", "residual_bootstrap", "irf", "delta"), "perturbed estimates"),
        (("cholesky", "residual_bootstrap", "gain", "hall"), "takes the draws as they are"),
        (("cholesky", "residual_bootstrap", "pass_through", "percentile_t"), "Fieller"),
        (("cholesky", "residual_bootstrap", "fevd", "percentile_t"), "responses only"),
        (("ab", "bias_corrected_bootstrap", "irf", "hall"), "made twice"),
        (("svec", "residual_bootstrap", "irf", "percentile_t"), "unrestricted VAR"),
        (("generalised", "residual_bootstrap", "gain"), "not structural shocks"),
        (("svec", "residual_bootstrap", "gain"), "unit roots of a cointegrated system"),
        (("sign", "residual_bootstrap", "irf"), "no entry"),
        (("signs", "delta_method", "irf"), "a set of models"),
        (("signs", "residual_bootstrap", "irf", "hall"), "not centred"),
        (("penalty", "delta_method", "fevd"), "kinks"),
        (("cholesky", "posterior", "irf", "hall"), "no sampling distribution"),
        (("svec", "posterior", "irf"), "without imposed unit roots"),
        (("cholesky", "jackknife", "irf"), "no entry"),
        (("cholesky", "residual_bootstrap", "horoscope"), "no entry"),
        (("cholesky", "residual_bootstrap", "irf", "exact"), "no entry"),
    ],
)
def test_refusals_and_their_reasons(combination, why):
    entry = judge(*combination)
    assert not entry.valid
    assert why in entry.reason
    scheme, band, quantity, *interval = combination
    with pytest.raises(InvalidInferenceError, match=why):
        require_valid(scheme, band, quantity, interval=interval[0] if interval else None)


@pytest.mark.parametrize(
    ("combination", "minded"),
    [
        (("cholesky", "residual_bootstrap", "irf"), "covers 61%"),
        (("cholesky", "block_bootstrap", "cumulative_irf"), "not the sum of the bounds"),
        (("cholesky", "delta_method", "fevd"), "may leave the range"),
        (("long_run", "bias_corrected_bootstrap", "irf"), "Faust and Leeper"),
        (("long_run", "delta_method", "irf"), "Refused where the largest root is above 0.98"),
        (("svec", "residual_bootstrap", "irf"), "rank of cointegration"),
        (("ab", "residual_bootstrap", "pass_through"), "Fieller"),
        (("cholesky", "residual_bootstrap", "irf", "hall"), "Kilian 1999"),
        (("signs", "posterior", "irf"), "Baumeister and Hamilton"),
        (("signs", "bias_corrected_bootstrap", "gain"), "Moon and Schorfheide"),
        (("penalty", "posterior", "irf"), "restricts more than the signs"),
        (("cholesky", "posterior", "irf"), "Sims and Uhlig"),
    ],
)
def test_valid_entries_say_what_to_mind(combination, minded):
    entry = judge(*combination)
    assert entry.judgement == "mind"
    assert minded in " ".join(entry.mind)


def test_what_is_simply_valid():
    assert judge("cholesky", "bias_corrected_bootstrap", "irf").judgement == "yes"
    assert judge("cholesky", "wild_bootstrap", "dynamic_multiplier").judgement == "yes"
    assert require_valid("ab", "bias_corrected_bootstrap", "irf", joint="sup_t").valid


def test_near_a_unit_root_the_delta_method_is_refused_for_the_long_run():
    for scheme, quantity in (
        ("cholesky", "cumulative_irf"),
        ("ab", "long_run_effect"),
        ("long_run", "irf"),
        ("short_long_run", "fevd"),
    ):
        assert judge(scheme, "delta_method", quantity).valid
        refused = judge(scheme, "delta_method", quantity, near_unit_root=True)
        assert not refused.valid
        assert "Phillips 1998" in refused.reason
        assert judge(scheme, "bias_corrected_bootstrap", quantity, near_unit_root=True).valid
    assert judge("cholesky", "delta_method", "irf", near_unit_root=True).valid
    assert judge("svec", "delta_method", "long_run_effect", near_unit_root=True).valid


def test_joint_bands_are_of_responses():
    assert "Montiel Olea" in require_joint("sup_t", "irf")
    with pytest.raises(InvalidInferenceError, match="joint band sup t of the fevd"):
        require_valid("cholesky", "residual_bootstrap", "fevd", joint="sup_t")
    with pytest.raises(InvalidInferenceError, match="Joint bands are sup_t, sidak, bonferroni"):
        require_joint("scheffe", "irf")


# -- enforcement ---------------------------------------------------------------------------------


def test_models_refuse_what_the_table_refuses(reduced):
    wild = reduced.identify(Cholesky(), inference=WildBootstrap(100))
    for ask in (wild.irf, wild.fevd, wild.forecast):
        with pytest.raises(InvalidInferenceError, match="draws of Sigma hardly vary"):
            ask(2)
    with pytest.raises(InvalidInferenceError, match="Valid for it: residual_bootstrap, block_bo"):
        wild.irf(2)
    blocks = reduced.identify(Cholesky(), inference=BlockBootstrap(100))
    with pytest.raises(InvalidInferenceError, match="Valid for it: residual_bootstrap, bias_corr"):
        blocks.forecast(2)
    smooth = reduced.identify(Cholesky(), inference=DeltaMethod())
    with pytest.raises(InvalidInferenceError, match="random sample"):
        open_edge(smooth, "x", "y", horizon=2)


def test_what_is_valid_is_made(reduced):
    for inference in (ResidualBootstrap(100), BiasCorrectedBootstrap(100), DeltaMethod()):
        svar = reduced.identify(Cholesky(), inference=inference)
        svar.require_valid("irf", joint="sup_t")
        assert np.isfinite(svar.irf(2, cumulative=True).tidy()["conf_low"]).all()


def test_notes_warn_where_uncorrected_draws_are_used_near_a_unit_root():
    rng = np.random.default_rng(1)
    y = rng.standard_normal((200, 2)).cumsum(axis=0)
    index = pd.period_range("2000-01", periods=200, freq="M")
    reduced = VAR(1).fit(pd.DataFrame(y, index=index, columns=["x", "y"]))
    plain = reduced.identify(Cholesky(), inference=ResidualBootstrap(100))
    assert any("without correction for bias cover too little" in note for note in plain.notes())
    corrected = reduced.identify(Cholesky(), inference=BiasCorrectedBootstrap(100))
    assert not any("cover too little" in note for note in corrected.notes())
