"""Values on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from offline.plugins.wire import UNKNOWN, Secret, is_unknown, read_struct, write_struct


@pytest.mark.parametrize("value", ["text", 7, 7.5, True, False, [1, "a", [True]], {"a": {"b": []}}, {}, UNKNOWN])
def test_there_and_back(value: Any) -> None:
    back = read_struct(write_struct({"x": value}))["x"]
    assert back == value
    assert type(back) is type(value)


def test_secrets_are_marked_going_out_and_plain_coming_in() -> None:
    struct = write_struct({"x": Secret({"y": "hush"})})
    assert set(struct.fields["x"].struct_value.fields) == {"4dabf18193072939515e22adb298388d", "value"}
    assert read_struct(struct) == {"x": {"y": "hush"}}
    assert "hush" not in repr(Secret("hush"))


def test_null_is_no_property() -> None:
    assert read_struct(write_struct({"x": None, "y": 1})) == {"y": 1}


def test_an_unknown_is_found_at_any_depth() -> None:
    assert is_unknown({"a": [{"b": UNKNOWN}]})
    assert not is_unknown({"a": [{"b": "04da6b54"}]})
