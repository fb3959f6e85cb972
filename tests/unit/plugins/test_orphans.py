"""Nothing is made twice and nothing left behind when the engine or the plugin is killed half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.plugins.driver import AbortedError, Driver
from tests.unit.plugins.samples import SAMPLES, token
from toolchain.plugins.orphans import Orphans

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.plugins.fake_cloud import FakeCloud

URN = "urn:pulumi:dev::project::pulumi:providers:confluentcloud::default"
SAMPLE = SAMPLES["ServiceAccount"]
ACCOUNTS = "/iam/v2/service-accounts"


def process(folder: Path, cloud: FakeCloud | None = None) -> Driver:
    """Return a new plugin process of the same provider and cloud."""
    driver = Driver.with_cloud()
    if cloud is not None:
        driver.cloud.objects, driver.cloud._ids = cloud.objects, cloud._ids
    driver.servicer._orphans = Orphans(driver.provider, driver.cancellation, folder)
    driver.servicer._orphans.belong_to(URN)
    return driver


def end(driver: Driver) -> None:
    """End the process, as far as its file is concerned."""
    journal = driver.servicer._orphans._journal
    assert journal is not None
    assert journal._file is not None
    journal._file.close()


def accounts(driver: Driver) -> list[str]:
    return [path for path in driver.cloud.objects if path.startswith(ACCOUNTS)]


def test_an_object_the_killed_plugin_told_nobody_of_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = process(tmp_path)
    journal = killed.servicer._orphans._journal
    assert journal is not None
    monkeypatch.setattr(journal, "told", lambda _: None)  # SIGKILL comes first
    killed.create(token("ServiceAccount"), SAMPLE)
    end(killed)
    following = process(tmp_path, killed.cloud)
    assert following.create(token("ServiceAccount"), SAMPLE).id != ""
    assert following.cloud.requests()[:2] == [f"DELETE {ACCOUNTS}/sa-1", f"POST {ACCOUNTS}"]
    assert len(accounts(following)) == 1


def test_an_object_under_way_when_the_engine_dies_is_deleted(tmp_path: Path) -> None:
    driver = process(tmp_path)
    driver.cloud.looks = 5
    driver.cancellation.cancel(engine_gone=True)
    with pytest.raises(AbortedError):
        driver.create(token("KafkaCluster"), SAMPLES["KafkaCluster"])
    assert not [path for path in driver.cloud.objects if "clusters" in path]
    end(driver)
    following = process(tmp_path, driver.cloud)
    following.create(token("ServiceAccount"), SAMPLE)
    assert following.cloud.requests("DELETE") == []


def test_an_object_the_engine_may_not_have_saved_is_taken_over(tmp_path: Path) -> None:
    driver = process(tmp_path)
    told = driver.create(token("ServiceAccount"), SAMPLE)
    driver.servicer.end(engine_gone=True)
    end(driver)
    following = process(tmp_path, driver.cloud)
    taken = following.create(token("ServiceAccount"), {**SAMPLE, "description": "new"})
    assert taken.id == told.id
    assert taken.outputs["description"] == "new"
    assert following.cloud.requests("POST", "DELETE") == []


def test_an_object_the_engine_did_save_is_not_taken_over(tmp_path: Path) -> None:
    driver = process(tmp_path)
    told = driver.create(token("ServiceAccount"), SAMPLE)
    driver.servicer.end(engine_gone=True)
    end(driver)
    following = process(tmp_path, driver.cloud)
    told.driver = following
    told.diff(told.inputs)
    replacement = following.create(token("ServiceAccount"), {**SAMPLE, "displayName": "other"})
    assert replacement.id != told.id
    assert len(accounts(following)) == 2


def test_a_key_is_made_anew_for_its_secret_is_lost(tmp_path: Path) -> None:
    driver = process(tmp_path)
    told = driver.create(token("ApiKey"), SAMPLES["ApiKey"])
    driver.servicer.end(engine_gone=True)
    end(driver)
    following = process(tmp_path, driver.cloud)
    anew = following.create(token("ApiKey"), SAMPLES["ApiKey"])
    assert anew.id != told.id
    assert anew.outputs["secret"]
    assert following.cloud.last("DELETE").path.endswith(told.id)


def test_an_orderly_end_leaves_nothing_to_do(tmp_path: Path) -> None:
    driver = process(tmp_path)
    driver.create(token("ServiceAccount"), SAMPLE)
    driver.servicer.end(engine_gone=False)
    end(driver)
    following = process(tmp_path, driver.cloud)
    following.create(token("ServiceAccount"), SAMPLE)
    assert len(accounts(following)) == 2
    assert following.cloud.requests("DELETE") == []


def test_the_journal_holds_no_secret(tmp_path: Path) -> None:
    driver = process(tmp_path)
    for name in SAMPLES:
        driver.cloud.objects.setdefault("/org/v2/environments/env-1", {"id": "env-1"})
        driver.create(token(name), SAMPLES[name])
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.read_text()
    assert [s for s in ("hush", "a-secret", "the-key's-secret", "cloud-secret") if s in written] == []
