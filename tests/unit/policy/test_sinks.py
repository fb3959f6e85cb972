from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from guardrails.dead_letters import DEAD_LETTERS
from guardrails.kinds import CONNECTOR, KAFKA_TOPIC
from guardrails.sink_accounts import SINK_ACCOUNTS

from tests.support.judge import UNKNOWN, judged, resource, stack_judged

if TYPE_CHECKING:
    from pulumi_policy import PolicyResource

SINK = {"topics": "orders", "errors.tolerance": "all", "kafka.auth.mode": "SERVICE_ACCOUNT"}
SOURCE = {"kafka.topic": "orders", "errors.tolerance": "none", "kafka.auth.mode": "SERVICE_ACCOUNT"}


def told(settings: dict[str, str]) -> list[str]:
    return judged(DEAD_LETTERS, CONNECTOR, {"configNonsensitive": settings}, name="store")


def connector(name: str, settings: dict[str, str], account: str) -> PolicyResource:
    return resource(CONNECTOR, name, {"configNonsensitive": {**settings, "kafka.service.account.id": account}})


class TestDeadLetters:
    def test_a_managed_sink_has_a_topic_for_them(self) -> None:
        assert told(SINK) == []

    @pytest.mark.parametrize(
        ("tolerance", "found"),
        [({}, "does not set errors.tolerance"), ({"errors.tolerance": "none"}, "has errors.tolerance 'none'")],
    )
    def test_a_sink_that_stops_at_one_record_is_refused(self, tolerance: dict[str, str], found: str) -> None:
        (said,) = told({"topics.regex": "orders-.*", **tolerance})
        assert said == f"The sink store {found}: set it to `all`, so that one bad record does not end the copy."

    def test_a_custom_sink_has_to_name_one(self) -> None:
        custom = {**SINK, "confluent.connector.type": "CUSTOM"}
        (said,) = told(custom)
        assert said == (
            "The sink store drops what it cannot convert: name a topic for it in `errors.deadletterqueue.topic.name`."
        )
        assert told({**custom, "errors.deadletterqueue.topic.name": "dlq"}) == []

    def test_sources_and_other_resources_pass(self) -> None:
        assert told(SOURCE) == []
        assert judged(DEAD_LETTERS, KAFKA_TOPIC, {"configNonsensitive": {"topics": "orders"}}) == []

    def test_what_is_not_known_yet_is_judged_later(self) -> None:
        assert told({"topics": UNKNOWN}) == []


class TestAccounts:
    def test_each_has_its_own(self) -> None:
        one, two, source = (
            connector("one", SINK, "sa-1"),
            connector("two", SINK, "sa-2"),
            connector("s", SOURCE, "sa-3"),
        )
        assert stack_judged(SINK_ACCOUNTS, one, two, source) == []

    def test_a_shared_one_is_refused(self) -> None:
        one, source = connector("one", SINK, "sa-1"), connector("source", SOURCE, "sa-1")
        (said,) = stack_judged(SINK_ACCOUNTS, one, source)
        assert said == (
            "one: The sink one shares its service account sa-1 with source: give it one of its own, with the rights"
            " that it needs."
        )
        assert len(stack_judged(SINK_ACCOUNTS, one, connector("two", SINK, "sa-1"))) == 2

    def test_an_api_key_is_refused(self) -> None:
        keyed = resource(CONNECTOR, "one", {"configNonsensitive": {"topics": "orders", "kafka.api.key": "K"}})
        (said,) = stack_judged(SINK_ACCOUNTS, keyed)
        assert said.startswith("one: The sink one runs with an API key: set `kafka.auth.mode` to `SERVICE_ACCOUNT`")

    def test_sources_may_share(self) -> None:
        assert stack_judged(SINK_ACCOUNTS, connector("a", SOURCE, "sa-1"), connector("b", SOURCE, "sa-1")) == []

    def test_accounts_that_are_not_known_yet_are_judged_later(self) -> None:
        assert stack_judged(SINK_ACCOUNTS, connector("a", SINK, UNKNOWN), connector("b", SINK, UNKNOWN)) == []
