"""What the folder of a broker tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localcloud.dataplane.kafka.broker_folder import BrokerFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_broker_has_topics_as_soon_as_there_is_one_beside_its_own_metadata(tmp_path: Path) -> None:
    folder = BrokerFolder(tmp_path / "lkc-1")
    assert not folder.has_topics
    (folder.data / "__cluster_metadata-0").mkdir(parents=True)
    assert not folder.has_topics
    (folder.data / "product-updates-0").mkdir()
    assert folder.has_topics
