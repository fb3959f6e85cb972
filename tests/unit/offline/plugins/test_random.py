"""RandomId."""

from __future__ import annotations

import base64

import pytest

from offline.plugins.protos import provider_pb2
from offline.plugins.random.provider import RandomId, RandomProvider
from offline.plugins.servicer import Servicer
from offline.plugins.wire import read_struct
from tests.support.plugins.driver import AbortedError, Context, Driver, names


@pytest.fixture
def random_driver() -> Driver:
    provider = RandomProvider()
    return Driver(provider, Servicer(provider, ""))


def test_the_four_spellings_are_of_the_same_bytes(random_driver: Driver) -> None:
    made = random_driver.create(RandomId.token, {"byteLength": 5, "prefix": "p-"})
    drawn = bytes.fromhex(made.outputs["hex"].removeprefix("p-"))
    assert len(drawn) == 5
    assert made.outputs["dec"] == f"p-{int.from_bytes(drawn, 'big')}"
    assert made.outputs["b64Std"] == "p-" + base64.b64encode(drawn).decode()
    assert made.outputs["b64Url"] == "p-" + made.id
    assert base64.urlsafe_b64decode(made.id + "=") == drawn


def test_no_two_are_alike_and_none_changes(random_driver: Driver) -> None:
    one, two = (random_driver.create(RandomId.token, {"byteLength": 8}) for _ in range(2))
    assert one.id != two.id
    again = one.refresh()
    assert again is not None
    assert again.outputs == one.outputs


@pytest.mark.parametrize("change", [{"byteLength": 4}, {"prefix": "q"}, {"keepers": {"a": "c"}}])
def test_any_change_draws_anew(random_driver: Driver, change: dict[str, object]) -> None:
    made = random_driver.create(RandomId.token, {"byteLength": 3, "prefix": "p", "keepers": {"a": "b"}})
    assert names(made.diff({**made.inputs, **change})) == set(change)


def test_a_length_of_nothing_is_refused(random_driver: Driver) -> None:
    _, failures = random_driver.check(RandomId.token, {"byteLength": 0})
    assert failures == ["byteLength: 'byteLength' must be at least 1"]


def test_import(random_driver: Driver) -> None:
    urn = random_driver.urn(RandomId.token)
    reply = random_driver.servicer.Read(provider_pb2.ReadRequest(id="p-,AQID", urn=urn), Context())
    assert (reply.id, read_struct(reply.properties)["hex"]) == ("AQID", "p-010203")
    with pytest.raises(AbortedError, match="URL-safe Base64"):
        random_driver.servicer.Read(provider_pb2.ReadRequest(id="!", urn=urn), Context())
