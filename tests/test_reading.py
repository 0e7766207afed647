"""Publishers' bodies are read strictly: what is odd is an error with its place, never NaN."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.protocol import Body
from yenloop.data.sources.reading import (
    csv_rows,
    date_of,
    dated,
    number,
    refuse_cut_off,
    refuse_html,
    text_of,
)
from yenloop.errors import BusySourceError, SourceError


def body(content):
    return Body("https://publisher.test/a.csv", content, "2020-07-20T00:00:00+00:00")


def test_text_is_decoded_strictly_and_without_its_byte_order_mark():
    assert text_of(body(b"\xef\xbb\xbfa,b")) == "a,b"
    assert text_of(body("平成".encode("cp932")), "cp932") == "平成"
    with pytest.raises(SourceError, match=r"publisher\.test.*not in utf-8 \(byte 2\)"):
        text_of(body(b"a," + "平成".encode("cp932")))


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><title>Not\n found</title>",
        b"\n <!doctype HTML PUBLIC><title>Not found</title>",
        b"\xef\xbb\xbf<html lang='en'><head><title>Not found</title>",
        b"<?xml version='1.0'?>\n<!-- a -->\n<html><title class='a'>Not found</title>",
    ],
)
def test_web_pages_are_refused_by_their_title(page):
    with pytest.raises(SourceError, match="a web page .* titled 'Not found'"):
        refuse_html(body(page))


@pytest.mark.parametrize(
    "content", [b"date,value\n", b"<?xml version='1.0'?><seriess/>", b"html,body\n", b" " * 100_000]
)
def test_other_bodies_are_no_web_pages(content):
    refuse_html(body(content))


def test_bodies_that_end_early_are_worth_another_try():
    refuse_cut_off(body(b"a,b\r\n"))
    refuse_cut_off(body(b'{"a": 1}\n'), b"}")
    with pytest.raises(BusySourceError, match="cut off after 5 bytes"):
        refuse_cut_off(body(b"a,b\n1"))
    with pytest.raises(BusySourceError):
        refuse_cut_off(body(b'{"a": \n'), b"}")


def test_rows_keep_the_numbers_of_their_lines():
    text = 'a,b\r\n\r\n"x\ny",2\n , \n3,"4,5"'
    assert csv_rows(text) == [(1, ["a", "b"]), (4, ["x\ny", "2"]), (6, ["3", "4,5"])]
    assert csv_rows("a;b\n", delimiter=";") == [(1, ["a", "b"])]
    with pytest.raises(SourceError, match="Line 2 is not CSV"):
        csv_rows('a\n"b" c\n')


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), (" -0.25 ", -0.25), ("+1e-3", 0.001), (".5", 0.5), ("7.", 7.0)]
)
def test_numbers(text, value):
    assert number(text, "x") == value


@pytest.mark.parametrize("text", ["n/a", "1,000", "1 000", "0x1", "inf", "1e999", "nan", "１", "-"])
def test_what_is_no_number_is_an_error_with_its_place(text):
    with pytest.raises(SourceError, match=r"FRED GS10, line 3: '.*' is not a number"):
        number(text, "FRED GS10, line 3")


def test_only_the_publishers_signs_are_missing_figures():
    assert np.isnan(number(" ", "x"))
    assert np.isnan(number(".", "x", (".", "")))
    with pytest.raises(SourceError):
        number("", "x", (".",))


def test_dates_are_read_by_their_form():
    assert date_of(" 2020-02-29", "%Y-%m-%d", "x") == date(2020, 2, 29)
    with pytest.raises(SourceError, match="line 3: '2021-02-29' is not a date"):
        date_of("2021-02-29", "%Y-%m-%d", "line 3")


def test_figures_stand_in_the_order_of_their_dates():
    pairs = [(date(2020, 2, 1), 2.0), (date(2020, 1, 31), 1.0), (date(2020, 4, 1), np.nan)]
    months, days = dated(pairs, "monthly", "x"), dated(pairs, "daily", "x")
    assert months.values.equals(
        pd.Series([1.0, 2.0, np.nan], pd.PeriodIndex(["2020-01", "2020-02", "2020-04"], freq="M"))
    )
    assert isinstance(days.values.index, pd.DatetimeIndex)
    assert days.values.index[0] == pd.Timestamp("2020-01-31")
    assert (months.notes, days.notes) == ((), ())


def test_dates_listed_twice():
    day = date(2020, 1, 6)
    same = dated([(day, 1.0), (date(2020, 1, 7), np.nan)] * 2, "daily", "x")
    assert len(same.values) == 2
    assert same.notes == ("listed twice with the same figure: 2020-01-06, 2020-01-07",)
    with pytest.raises(SourceError, match=r"x: 2020-01-06 is listed twice, with 1\.0 and 2\.0"):
        dated([(day, 1.0), (day, 2.0)], "daily", "x")
    with pytest.raises(SourceError, match=r"with 1\.0 and no figure"):
        dated([(day, 1.0), (day, np.nan)], "daily", "x")


def test_no_figures_at_all():
    for pairs in ([], [(date(2020, 1, 6), np.nan)]):
        with pytest.raises(SourceError, match="x: there are no figures"):
            dated(pairs, "daily", "x")
