from __future__ import annotations

from components.config.settings import ClusterType, Settings
from components.kafka import Kafka
from tests.support.recorded_program import Recorded, record


class TestKafka:
    def cluster(self, settings: Settings) -> Recorded:
        return record(lambda: Kafka("cluster", display_name="embeddings-x", environment_id="env-1", settings=settings))

    def test_standard(self, settings: Settings) -> None:
        assert self.cluster(settings)["cluster"].inputs == {
            "displayName": "embeddings-x",
            "environment": {"id": "env-1"},
            "cloud": "AWS",
            "region": "us-east-1",
            "availability": "SINGLE_ZONE",
            "standard": {},
        }

    def test_basic(self, settings: Settings) -> None:
        inputs = self.cluster(settings.model_copy(update={"cluster_type": ClusterType.BASIC}))["cluster"].inputs
        assert inputs["basic"] == {}
        assert "standard" not in inputs

    def test_is_protected_on_request(self, settings: Settings) -> None:
        assert not self.cluster(settings)["cluster"].request.protect
        assert self.cluster(settings.model_copy(update={"protect": True}))["cluster"].request.protect

    def test_waits_for_nothing_but_what_it_is_given(self, settings: Settings) -> None:
        assert self.cluster(settings)["cluster"].depends_on == set()
