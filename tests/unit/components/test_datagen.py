from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pytest

from components.datagen import Datagen, RecordSchema
from tests.support.recorded_program import Recorded, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from components.config.settings import Settings
    from components.identities import Identities
    from components.kafka import Kafka


class TestDatagen:
    @pytest.fixture
    def recorded(
        self,
        make_kafka: Callable[[], Kafka],
        make_identities: Callable[[Kafka], Identities],
        schema: RecordSchema,
        settings: Settings,
    ) -> Recorded:
        def program() -> None:
            kafka = make_kafka()
            identities = make_identities(kafka)
            Datagen("source", kafka=kafka, identities=identities, schema=schema, settings=settings)

        return record(program)

    def test_configuration_is_the_tutorial_s(self, recorded: Recorded, schema: RecordSchema) -> None:
        assert recorded["source"].inputs["configNonsensitive"] == {
            "connector.class": "DatagenSource",
            "name": "DatagenSourceProductUpdates",
            "kafka.auth.mode": "SERVICE_ACCOUNT",
            "kafka.service.account.id": "sa-datagen",
            "kafka.topic": "product-updates",
            "schema.context.name": "default",
            "schema.string": schema.text,
            "output.data.format": "JSON_SR",
            "value.converter.decimal.format": "BASE64",
            "max.interval": "25000",
            "tasks.max": "1",
            "errors.tolerance": "none",
            "auto.restart.on.user.error": "true",
            "transforms": "castPrice",
            "transforms.castPrice.type": "org.apache.kafka.connect.transforms.Cast$Value",
            "transforms.castPrice.spec": "price:float64",
        }

    def test_holds_no_secret(self, recorded: Recorded) -> None:
        assert recorded["source"].secrets == set()
        assert "configSensitive" not in recorded["source"].inputs

    def test_starts_when_its_account_may_write_and_waits_for_no_other_right(self, recorded: Recorded) -> None:
        assert recorded["source"].depends_on == {
            "cluster",
            "datagen",
            "datagen-DeveloperWrite-topic-product-updates",
            "datagen-DeveloperRead-subject-product-updates",
            "datagen-DeveloperWrite-subject-product-updates",
        }

    def test_its_name_is_taken_until_it_is_deleted(self, recorded: Recorded) -> None:
        assert recorded["source"].request.deleteBeforeReplace

    def test_gives_up_after_a_quarter_of_an_hour(self, recorded: Recorded) -> None:
        assert recorded["source"].request.customTimeouts.create == "15m"


class TestRecordSchema:
    def test_is_compacted_and_knows_its_fields(self, schema: RecordSchema) -> None:
        assert "\n" not in schema.text
        fields = {field["name"]: field["type"] for field in json.loads(schema.text)["fields"]}
        assert schema.fields == tuple(fields)
        assert len(schema.fields) == 12
        assert fields["store_id"]["arg.properties"] == {"range": {"min": 1, "max": 50}}
        assert fields["price"]["logicalType"] == "decimal"
        assert schema.decimals == ("price",)
        assert schema.topic == "product-updates"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("{", "schemas/s.avsc cannot be read (Expecting property name"),
            ('{"type": "record"}', 'schemas/s.avsc is not an Avro record: it needs "fields", each with a "name".'),
            ("[]", "schemas/s.avsc is not an Avro record"),
        ],
    )
    def test_a_broken_one_is_told_in_a_sentence(self, tmp_path: Path, text: str, sentence: str) -> None:
        path = tmp_path / "schemas" / "s.avsc"
        path.parent.mkdir()
        path.write_text(text)
        with pytest.raises(pulumi.RunError) as failure:
            RecordSchema.load(path)
        assert str(failure.value).startswith(sentence)

    def test_a_missing_one_too(self, tmp_path: Path) -> None:
        with pytest.raises(pulumi.RunError, match="cannot be read"):
            RecordSchema.load(tmp_path / "none.avsc")
