"""The VAR of the loop: levels or differences, fit, responses, decompositions, forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ...models.decompositions import HistoricalDecomposition
from ...models.forecasting import Forecast
from ...models.reduced_form.diagnostics import Diagnostics
from ...models.reduced_form.lag_selection import LagSelection
from ...models.reduced_form.stationarity import Stationarity
from ...models.responses import IRF
from ...models.structural import StructuralVAR
from ...models.variance_shares import FEVD
from ..content import Chart, Section
from ..formats import p_value_text
from ..interval_tables import interval_table
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

HORIZONS = (0, 1, 3, 6, 12, 24)


@dataclass(frozen=True, eq=False)
class Dynamics:
    """Results on the VAR of the loop.

    Attributes
    ----------
    svar : StructuralVAR
        In the base order.
    selection : LagSelection
    diagnostics : Diagnostics
    stationarity : Stationarity
    irf : IRF
        To the yen shock of the study's size, and to a 10 bp JGB shock.
    fevd : FEVD
    history : HistoricalDecomposition
    forecast : Forecast
    """

    svar: StructuralVAR
    selection: LagSelection
    diagnostics: Diagnostics
    stationarity: Stationarity
    irf: IRF
    fevd: FEVD
    history: HistoricalDecomposition
    forecast: Forecast


def stationarity_chapter(stationarity: Stationarity) -> Chapter:
    """The page that decides levels or differences."""
    unit_roots = stationarity.table.reset_index().rename(
        columns={"series": "Series", "form": "Form", "order": "Order of integration"}
    )
    johansen = stationarity.johansen.reset_index().rename(
        columns={
            "at most": "Relations at most",
            "trace": "Trace",
            "trace_corrected": "Trace, corrected",
            "trace_critical": "5% value",
            "max_eigen": "Largest eigenvalue",
            "max_eigen_critical": "5% value ",
        }
    )
    notes = stationarity.notes()
    section = Section(
        "levels-or-differences",
        "Levels or differences",
        [
            f"Decision of the tests: {stationarity.decision}. {stationarity.reason}",
            "The VAR of this report is in differences: pass-through and gain are defined on "
            "cumulated changes, and a unit root would force the gain at z = 1 to one. Where the "
            "tests find long-run relations, read its responses up to about two years.",
        ],
        tables=[
            Table("unit-roots", "Unit-root tests: p-values", unit_roots, notes[1:3]),
            Table("johansen", "Johansen's cointegration tests", johansen, notes[3:]),
        ],
    )
    method = "unit-root tests (arch) and Johansen's tests (statsmodels)"
    numbers = {"stationarity": Numbers(stationarity.tidy(), stationarity.sample, method)}
    return Chapter(section, numbers)


def dynamics_chapter(found: Dynamics, *, yen: str, jgb: str, cpi: str) -> Chapter:
    """Responses to a yen and a JGB shock, shares, contributions, forecast, and the fit behind."""
    svar, reduced = found.svar, found.svar.reduced
    label = {name: column.label for name, column in svar.columns.items()}
    shares = found.fevd.tidy()
    section = Section(
        "dynamics",
        "The loop's VAR: responses, decompositions, forecast",
        [
            " ".join(reduced.notes()),
            found.diagnostics.stability,
            f"Identification: {svar.scheme.describe(svar.names, svar.columns)}. A shock that is "
            "ordered later cannot move an earlier variable within the month: those zeros are "
            "assumed, not found, and no verdict below rests on them.",
        ],
        [
            *_response_charts(found.irf, (yen, jgb)),
            _fevd_chart(found.fevd, (yen, cpi, jgb)),
            *_history_charts(found.history, (jgb, cpi), label),
            _forecast_chart(found.forecast),
        ],
        _tables(found, shares, yen=yen, jgb=jgb, cpi=cpi, label=label),
    )
    return Chapter(section, _numbers(found, shares, (jgb, cpi)))


def _response_charts(irf: IRF, shocks: Sequence[str]) -> list[Chart]:
    charts = []
    for shock in shocks:
        figure, _ = irf.plot(shock=shock)
        name = f"responses-{shock}".replace("_", "-")
        caption = f"Responses. {irf.sizes[shock]}"
        alt = f"Responses of all variables over {irf.horizon} months, with 68% and 90% bands."
        charts.append(Chart(name, figure, caption, alt))
    return charts


def _fevd_chart(fevd: FEVD, responses: Sequence[str]) -> Chart:
    figure, _ = fevd.plot(response=list(responses))
    return Chart(
        "variance-shares",
        figure,
        "Forecast error variance: share of each shock",
        "Stacked shares of the shocks by months ahead for the yen, core CPI and the JGB yield.",
    )


def _history_charts(
    history: HistoricalDecomposition, responses: Sequence[str], label: dict[str, str]
) -> list[Chart]:
    charts = []
    for response in responses:
        figure, _ = history.plot(response=response, start="2012-01")
        name = f"contributions-{response}".replace("_", "-")
        caption = f"What moved {label[response]}: contributions of the shocks since 2012"
        alt = "Stacked yearly contributions of the shocks with the actual change as a line."
        charts.append(Chart(name, figure, caption, alt))
    return charts


def _forecast_chart(forecast: Forecast) -> Chart:
    figure, _ = forecast.plot(history=36)
    caption = f"Forecasts from {forecast.origin}, with parameter and shock uncertainty"
    return Chart("forecast", figure, caption, "Fan charts of the six variables.")


def _tables(
    found: Dynamics, shares: pd.DataFrame, *, yen: str, jgb: str, cpi: str, label: dict[str, str]
) -> list[Table]:
    setting = found.svar.notes()
    what_is_decomposed = found.fevd.notes()[0]
    last = (shares["statistic"] == "fevd") & (shares["horizon"] == shares["horizon"].max())
    return [
        interval_table(
            "responses",
            "Responses to yen and JGB shocks",
            found.irf.select(shock=[yen, jgb]).tidy(),
            horizons=HORIZONS,
            labels=label,
            notes=[f"{'; '.join(found.irf.sizes[s] for s in (yen, jgb))}.", *setting],
        ),
        interval_table(
            "variance-shares",
            f"Forecast error variance shares {len(found.fevd.point)} months ahead",
            shares[last & shares["response"].isin([yen, cpi, jgb])],
            labels=label,
            notes=[
                what_is_decomposed,
                *setting,
                "A share cannot fall below zero, so sampling error moves its draws up and those of "
                "the largest share down: the interval may lie beside the estimate.",
            ],
        ),
        _diagnostics_table(found.diagnostics),
        Table(
            "lag-selection",
            "Information criteria by number of lags (smallest is best)",
            found.selection.table.reset_index().rename(columns=_CRITERIA),
            found.selection.summary().notes,
        ),
    ]


_CRITERIA = {
    "lags": "Lags",
    "aic": "AIC",
    "bic": "BIC",
    "hqic": "HQ",
    "fpe": "FPE",
    "loglik": "Log-likelihood",
}


def _diagnostics_table(diagnostics: Diagnostics) -> Table:
    table = diagnostics.table.reset_index()
    shown = pd.DataFrame(
        {
            "Test": table["test"],
            "Statistic": table["statistic"],
            "df": table["df"],
            "p": [p_value_text(p) for p in table["p"]],
            "Null hypothesis": table["null hypothesis"],
            "Verdict": table["verdict"],
        }
    )
    return Table(
        "diagnostics",
        "Residual tests of the VAR",
        shown,
        [f"Sample {diagnostics.sample}, T = {diagnostics.nobs}."],
        decimals={"Statistic": 1},
    )


def _numbers(found: Dynamics, shares: pd.DataFrame, shown: Sequence[str]) -> dict[str, Numbers]:
    """All numbers; contributions only of the variables that are shown."""
    svar = found.svar
    scheme = svar.scheme.describe(svar.names, svar.columns)
    method = f"{svar.reduced.model}; {scheme}; {svar.inference.describe()}; seed {svar.seed}"
    sizes = f"{method}. {'; '.join(found.irf.sizes.values())}"
    history = found.history.tidy()
    history = history[history["response"].isin(shown)]
    sample = svar.reduced.sample
    ols = "least squares, equation by equation"
    tests = "residual tests of the VAR"
    return {
        "var-coefficients": Numbers(svar.reduced.tidy(), sample, ols),
        "var-diagnostics": Numbers(found.diagnostics.tidy(), sample, tests),
        "responses": Numbers(found.irf.tidy(), found.irf.sample, sizes),
        "variance-shares": Numbers(shares, found.fevd.sample, method),
        "historical-decomposition": Numbers(history, found.history.sample, method),
        "forecast": Numbers(found.forecast.tidy(), found.forecast.sample, method),
    }
