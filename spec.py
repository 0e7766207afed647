"""The study file: what a run estimates, validated before anything is computed.

Every key has a default, so an empty file is the study of the yen loop on the embedded data.
``yenloop init`` writes the defaults out as a file to edit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from .data.events import DECISIONS
from .data.loop_panel import CANDIDATES, LOOP
from .data.policy import YIELD_CURVE_CONTROL
from .data.tax_steps import TAX_DATES
from .errors import SpecError

Candidates = Annotated[tuple[str, ...], Field(min_length=1)]
Period = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Level = Annotated[float, Field(gt=0.0, lt=1.0)]
Lag = Annotated[int, Field(ge=1, le=24)]

#: The bootstrap behind every band of the VAR: corrected for bias or not, residuals resampled in
#: blocks (their variance may move over time) or one by one.
Bands = Literal["bias-corrected blocks", "bias-corrected", "blocks", "residual"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(_Section):
    """A named stretch of months; an end that is left open is the last common month."""

    name: str
    start: Period | None = None
    end: Period | None = None


class DataSpec(_Section):
    """Which months are used, and how tax steps and seasons are treated."""

    start: Period = "1999-01"
    end: Period | None = None
    tax_steps: tuple[Period, ...] = TAX_DATES


class VarSpec(_Section):
    """The monthly VAR of the loop."""

    order: tuple[str, ...] = LOOP
    lags: Lag | Literal["aic", "bic", "hqic", "fpe"] = 3
    max_lags: Lag = 12
    seasonal: bool = True
    bands: Bands = "bias-corrected blocks"
    draws: Annotated[int, Field(ge=100, le=100_000)] = 2000
    horizon: Annotated[int, Field(ge=12, le=120)] = 24
    levels: tuple[Level, ...] = (0.68, 0.90)
    yen_shock: Annotated[float, Field(gt=0, le=100)] = 10.0
    forecast_steps: Annotated[int, Field(ge=1, le=60)] = 12

    @field_validator("order")
    @classmethod
    def _whole_loop(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [role for role in order if role not in CANDIDATES]:
            raise ValueError(f"no part is called '{unknown[0]}'; there are {', '.join(CANDIDATES)}")
        missing = [role for role in LOOP if role not in order]
        if missing or len(set(order)) != len(order):
            raise ValueError(
                f"the loop needs each of {', '.join(LOOP)} once; "
                f"missing: {', '.join(missing) or 'none'}"
            )
        return order


class LoopSpec(_Section):
    """The loop gain and the specifications that it is shown under."""

    horizons: tuple[Annotated[int, Field(ge=1, le=240)], ...] = (12, 24, 60)
    headline: Annotated[int, Field(ge=1, le=240)] = 24
    lags: tuple[Lag, ...] = (1, 2, 3, 4, 5, 6)
    sensitivity_lags: tuple[Lag, ...] = (12,)
    draws: Annotated[int, Field(ge=100, le=20_000)] = 400
    samples: tuple[Window, ...] = (
        Window(name="full sample"),
        Window(name="before yield-curve control", end="2016-08"),
        Window(name="since 2009", start="2009-01"),
    )

    @model_validator(mode="after")
    def _headline_is_shown(self) -> Self:
        if self.headline not in self.horizons:
            raise ValueError(f"headline {self.headline} is not among horizons {self.horizons}")
        return self


class PassThroughSpec(_Section):
    """Horizons of the pass-through and lags of the regressions beside it."""

    horizons: tuple[Annotated[int, Field(ge=0, le=60)], ...] = (0, 1, 3, 6, 12, 24)
    regression_lags: Annotated[int, Field(ge=1, le=36)] = 24


class RegimeSpec(_Section):
    """Regimes of JGB sensitivity."""

    regimes: Annotated[int, Field(ge=2, le=3)] = 2
    mask: tuple[Period, Period] = YIELD_CURVE_CONTROL
    bootstrap_draws: Annotated[int, Field(ge=19, le=999)] = 59

    @field_validator("bootstrap_draws")
    @classmethod
    def _exact_level(cls, draws: int) -> int:
        if (draws + 1) % 20:
            raise ValueError("one more than the draws must be a multiple of 20 (99, 199, ...)")
        return draws


class SpilloverSpec(_Section):
    """Connectedness and dynamic correlations."""

    lags_daily: Lag = 2
    lags_monthly: Lag = 2
    horizon: Annotated[int, Field(ge=1, le=100)] = 10
    draws: Annotated[int, Field(ge=100, le=20_000)] = 500
    start_daily: Day = "1999-01-04"


class IdentificationSpec(_Section):
    """Identifications beside the recursive ones, and the curve over all of them."""

    draws: Annotated[int, Field(ge=100, le=20_000)] = 200
    lags: tuple[Lag, ...] = (2, 3, 6)
    samples: Annotated[tuple[Window, ...], Field(min_length=1)] = (
        Window(name="full sample"),
        Window(name="since 2009", start="2009-01"),
    )


class EventSpec(_Section):
    """The event study around dated decisions, made where the data hold their days."""

    decisions: str = DECISIONS
    series: Candidates = (
        "jgb2y_daily",
        "jgb10y_daily",
        "usdjpy_ecb",
        "nikkei_daily",
        "us10y_daily",
    )
    surprise: str = "jgb10y_daily"
    before: Annotated[int, Field(ge=1, le=20)] = 5
    after: Annotated[int, Field(ge=0, le=60)] = 10
    draws: Annotated[int, Field(ge=99, le=9_999)] = 999
    start: Day = "1999-01-04"

    @model_validator(mode="after")
    def _surprise_is_shown(self) -> Self:
        if self.surprise not in self.series:
            raise ValueError(f"surprise '{self.surprise}' is not among series {self.series}")
        return self


class StudySpec(_Section):
    """Everything that a run needs to know beside the data."""

    title: str = "The yen loop: import prices, consumer prices, JGB yields and back"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 20260930
    roles: dict[str, Candidates] = Field(
        default_factory=lambda: dict(CANDIDATES), validate_default=True
    )
    data: DataSpec = DataSpec()
    var: VarSpec = VarSpec()
    loop: LoopSpec = LoopSpec()
    pass_through: PassThroughSpec = PassThroughSpec()
    regimes: RegimeSpec = RegimeSpec()
    spillover: SpilloverSpec = SpilloverSpec()
    identification: IdentificationSpec = IdentificationSpec()
    events: EventSpec = EventSpec()

    @field_validator("roles", mode="before")
    @classmethod
    def _complete_roles(cls, roles: object) -> object:
        """Roles that a file leaves out keep their candidates; one id may stand for a list."""
        if not isinstance(roles, Mapping):
            return roles
        for role in roles:
            if role not in CANDIDATES:
                raise ValueError(f"no part is called '{role}'; there are {', '.join(CANDIDATES)}")
        given = {
            role: (ids,) if isinstance(ids, str) else tuple(ids) for role, ids in roles.items()
        }
        return {**CANDIDATES, **given}


def read_spec(path: str | Path | None) -> StudySpec:
    """The study of a TOML file, or the default study.

    Raises
    ------
    SpecError
        The file is absent or not TOML, or a key is unknown or has a value that is not allowed.
    """
    if path is None:
        return StudySpec()
    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SpecError(
            f"There is no study file '{file}'.", remedy="Check the path, or run `yenloop init`."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SpecError(
            f"The study file '{file}' cannot be read: {error}.",
            remedy="Mend the line named, or start again from `yenloop init`.",
        ) from None
    try:
        return StudySpec.model_validate(content)
    except ValidationError as error:
        raise SpecError(_first_fault(file, error), remedy=_remedy(error)) from None


def _first_fault(file: Path, error: ValidationError) -> str:
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"The study file '{file}' has the unknown key '{key}'."
    return (
        f"The study file '{file}': '{key}' = {fault.get('input')!r} is not valid: {fault['msg']}."
    )


def _remedy(error: ValidationError) -> str:
    fault = error.errors()[0]
    if fault["type"] != "extra_forbidden":
        return "`yenloop init` writes a file with every key and its default."
    section: type[BaseModel] = StudySpec
    for part in fault["loc"][:-1]:
        annotation = section.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        section = annotation
    return f"Keys here: {', '.join(section.model_fields)}."


def to_toml(spec: StudySpec) -> str:
    """The study as a TOML file, every key with its value."""
    content = spec.model_dump(mode="json", exclude_none=True)
    top = [
        f"{key} = {_value(value)}" for key, value in content.items() if not isinstance(value, dict)
    ]
    parts = ["\n".join(top)]
    for name, section in content.items():
        if isinstance(section, dict):
            lines = [f"{key} = {_value(value)}" for key, value in section.items()]
            parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    return str(value)
