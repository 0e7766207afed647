"""Results on disk: one file that holds every number of a result, and nothing that can run.

A file is a zip archive: ``result.json`` describes the object, ``arrays/`` holds its arrays in
NumPy's own format. Only frozen dataclasses of this package are made anew when it is read; there is
no pickle, so a file from a stranger can do no harm. The same result gives the same bytes.
"""

from __future__ import annotations

import datetime
import importlib
import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.whole_file import write_whole
from ..errors import StorageError

#: Raised by one when an older reader could not make sense of a file.
FORMAT = 1

#: The folder of the package, which decides what may be made anew.
_PACKAGE = __name__.split(".", maxsplit=1)[0]
_EPOCH = (1980, 1, 1, 0, 0, 0)

#: What a stored value can be beside JSON's own types; each has a method of ``_Reader``.
_KINDS = frozenset(
    [
        "float",
        "complex",
        "array",
        "frame",
        "series",
        "index",
        "time",
        "period",
        "date",
        "range",
        "tuple",
        "list",
        "set",
        "map",
        "object",
    ]
)


def save(result: object, path: str | Path) -> Path:
    """Write a result to one file; an existing file is replaced only when the new one is whole.

    Parameters
    ----------
    result : Result or any frozen dataclass of the package
    path : str or Path
        By convention ``.yenloop``.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    return write_whole(path, _content(result))


def load(path: str | Path) -> Any:
    """Read a result that ``save`` wrote: the same numbers to the last bit, draws included.

    Raises
    ------
    StorageError
        If the file is absent, damaged, of another kind or from a newer version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            head = json.loads(archive.read("result.json"))
            if head["format"] > FORMAT:
                raise StorageError(
                    f"'{path}' was written by yenloop {head['version']} in a newer format.",
                    remedy="Update yenloop.",
                )
            return _Reader(archive).value(head["result"])
    except FileNotFoundError:
        raise StorageError(f"There is no file '{path}'.", remedy="Check the path.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError) as error:
        raise StorageError(
            f"'{path}' is not a result, or is damaged ({error}).",
            remedy="Save the result again, or run the study again.",
        ) from error


def _content(result: object) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        described = _Writer(archive).value(result)
        head = {"format": FORMAT, "version": version("yenloop"), "result": described}
        text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        archive.writestr(zipfile.ZipInfo("result.json", _EPOCH), text)
    return content.getvalue()


class _Writer:
    """Turns an object into JSON and, aside, its arrays."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names: dict[int, tuple[str, np.ndarray]] = {}  # the array is kept: ids are reused

    def value(self, item: Any) -> Any:
        """The item in JSON's own types; anything else is a list that begins with its kind."""
        if item is None or isinstance(item, (bool, str)):
            return item
        if isinstance(item, np.generic):
            return self.value(item.item())
        if isinstance(item, int):
            return item
        if isinstance(item, float):
            return item if math.isfinite(item) else ["float", str(item)]
        if isinstance(item, complex):
            return ["complex", self.value(item.real), self.value(item.imag)]
        for kind, types, write in self._kinds:
            if isinstance(item, types):
                return [kind, *write(item)]
        if is_dataclass(item) and type(item).__module__.split(".")[0] == _PACKAGE:
            return ["object", *self._object(item)]
        raise TypeError(f"a {type(item).__name__} cannot be stored")

    @cached_property
    def _kinds(self) -> tuple[tuple[str, type | tuple[type, ...], Callable[[Any], list[Any]]], ...]:
        return (
            ("array", np.ndarray, self._array),
            ("frame", pd.DataFrame, self._frame),
            ("series", pd.Series, self._series),
            ("index", pd.Index, self._index),
            ("time", pd.Timestamp, lambda x: [x.isoformat(), x.unit]),
            ("period", pd.Period, lambda x: [x.freqstr, x.ordinal]),
            ("date", datetime.date, lambda x: [type(x).__name__, x.isoformat()]),
            ("range", range, lambda x: [x.start, x.stop, x.step]),
            ("tuple", tuple, lambda x: [self.value(part) for part in x]),
            ("list", list, lambda x: [self.value(part) for part in x]),
            ("set", frozenset, lambda x: [self.value(part) for part in sorted(x, key=str)]),
            ("map", Mapping, lambda x: [[self.value(k), self.value(v)] for k, v in x.items()]),
        )

    def _object(self, item: Any) -> list[Any]:
        kind = type(item)
        module = kind.__module__.partition(".")[2]
        content = {f.name: self.value(getattr(item, f.name)) for f in fields(item) if f.init}
        return [module, kind.__qualname__, content]

    def _array(self, array: np.ndarray) -> list[Any]:
        if array.dtype == object:
            return ["objects", list(array.shape), [self.value(part) for part in array.ravel()]]
        if id(array) not in self._names:
            name = f"arrays/{len(self._names)}.npy"
            content = io.BytesIO()
            laid_out = np.asarray(array).transpose(_layout(array))
            np.lib.format.write_array(content, laid_out, allow_pickle=False)
            self._archive.writestr(zipfile.ZipInfo(name, _EPOCH), content.getvalue())
            self._names[id(array)] = name, array
        return [self._names[id(array)][0], list(_layout(array))]

    def _column(self, values: Any) -> list[Any]:
        if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biufc":
            return ["numbers", self.value(values.to_numpy())]
        gone = values.isna()
        items = [None if lost else self.value(x) for x, lost in zip(values, gone)]
        return ["items", str(values.dtype), items]

    def _series(self, series: pd.Series) -> list[Any]:
        return [self.value(series.name), self.value(series.index), self._column(series)]

    def _frame(self, frame: pd.DataFrame) -> list[Any]:
        columns = [self._column(frame.iloc[:, i]) for i in range(frame.shape[1])]
        return [self.value(frame.index), self.value(frame.columns), columns]

    def _index(self, index: pd.Index) -> list[Any]:
        name = self.value(list(index.names) if isinstance(index, pd.MultiIndex) else index.name)
        if isinstance(index, pd.PeriodIndex):
            return ["periods", name, index.freqstr, self.value(index.asi8)]
        if isinstance(index, pd.DatetimeIndex):
            zone = None if index.tz is None else str(index.tz)
            return ["times", name, index.unit, zone, index.freqstr, self.value(index.asi8)]
        if isinstance(index, pd.RangeIndex):
            return ["range", name, index.start, index.stop, index.step]
        if isinstance(index, pd.MultiIndex):
            return ["tuples", name, [self.value(tuple(row)) for row in index]]
        return ["plain", name, self._column(index.to_series())]


class _Reader:
    """Makes an object from what ``_Writer`` wrote."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def value(self, item: Any) -> Any:
        """The object that a piece of JSON stands for."""
        if not isinstance(item, list):
            return item
        kind, *content = item
        if kind not in _KINDS:
            raise ValueError(f"unknown kind {kind}")
        return getattr(self, f"_{kind}")(*content)

    def _float(self, text: str) -> float:
        return float(text)

    def _complex(self, real: Any, imaginary: Any) -> complex:
        return complex(self.value(real), self.value(imaginary))

    def _array(self, name: str, *content: Any) -> np.ndarray:
        if name == "objects":
            shape, items = content
            filled = np.empty(len(items), dtype=object)
            filled[:] = [self.value(item) for item in items]
            return filled.reshape(shape)
        with self._archive.open(name) as file:
            array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        return array.transpose(np.argsort(content[0]))

    def _time(self, text: str, unit: str) -> pd.Timestamp:
        return pd.Timestamp(text).as_unit(unit)  # type: ignore[arg-type]

    def _period(self, frequency: str, ordinal: int) -> pd.Period:
        return pd.Period(ordinal=ordinal, freq=frequency)

    def _date(self, kind: str, text: str) -> datetime.date:
        return {"date": datetime.date, "datetime": datetime.datetime}[kind].fromisoformat(text)

    def _range(self, *ends: int) -> range:
        return range(*ends)

    def _tuple(self, *items: Any) -> tuple[Any, ...]:
        return tuple(map(self.value, items))

    def _list(self, *items: Any) -> list[Any]:
        return list(map(self.value, items))

    def _set(self, *items: Any) -> frozenset[Any]:
        return frozenset(map(self.value, items))

    def _map(self, *pairs: Any) -> dict[Any, Any]:
        return {self.value(key): self.value(item) for key, item in pairs}

    def _object(self, module: str, name: str, content: dict[str, Any]) -> Any:
        kind = importlib.import_module(f"{_PACKAGE}.{module}")
        for part in name.split("."):
            kind = getattr(kind, part)
        if not (isinstance(kind, type) and is_dataclass(kind)):
            raise ValueError(f"{module}.{name} is no result")
        return kind(**{key: self.value(item) for key, item in content.items()})

    def _column(self, kind: str, *content: Any) -> Any:
        if kind == "numbers":
            return self.value(content[0])
        dtype, items = content
        return pd.array([self.value(item) for item in items], dtype=dtype)

    def _series(self, name: Any, index: Any, column: Any) -> pd.Series:
        return pd.Series(self._column(*column), index=self.value(index), name=self.value(name))

    def _frame(self, index: Any, names: Any, columns: Any) -> pd.DataFrame:
        rows = self.value(index)
        parts = [pd.Series(self._column(*column), index=rows) for column in columns]
        frame = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=rows)
        return frame.set_axis(self.value(names), axis=1)

    def _index(self, kind: str, name: Any, *content: Any) -> pd.Index:
        label = self.value(name)
        if kind == "periods":
            frequency, ordinals = content
            periods = [pd.Period(ordinal=int(n), freq=frequency) for n in self.value(ordinals)]
            return pd.PeriodIndex(periods, freq=frequency, name=label)
        if kind == "times":
            unit, zone, frequency, ticks = content
            times = pd.DatetimeIndex(self.value(ticks).view(f"datetime64[{unit}]"), name=label)
            times = times if zone is None else times.tz_localize("UTC").tz_convert(zone)
            return times if frequency is None else pd.DatetimeIndex(times, freq=frequency)
        if kind == "range":
            start, stop, step = content
            return pd.RangeIndex(start, stop, step, name=label)
        if kind == "tuples":
            return pd.MultiIndex.from_tuples(map(self.value, content[0]), names=label)
        plain: pd.Index = pd.Index(self._column(*content[0]), name=label)
        return plain


def _layout(array: np.ndarray) -> tuple[int, ...]:
    """Axes from the slowest to the fastest in memory: sums depend on it in the last digit."""
    return tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))
