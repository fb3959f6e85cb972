"""What a stack costs: quantities from its settings, prices from a table, and what is asked for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from components.config.regions import Cloud
from components.config.settings import ClusterType, Settings
from toolchain.frontdoor.commands import cost_command
from toolchain.frontdoor.cost import run
from toolchain.frontdoor.cost.estimate import Range, estimate
from toolchain.frontdoor.cost.prices import METRICS, ListedPrice, Price, PriceTable, Scope
from toolchain.frontdoor.cost.quantities import quantities, records_per_hour
from toolchain.frontdoor.cost.report import lines
from toolchain.frontdoor.cost.usage import Usage
from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from toolchain.frontdoor.hall.layout import Layout

PROJECT = Path(run.__file__).resolve().parents[3]
# With the 1,536 numbers of the default model, a record of 1 MiB leaves as 3 MiB.
USAGE = Usage(record_bytes=2**20, text_characters=400, number_bytes=(2 * 2**20 - 400) / 1536)
FIGURES = "usage: {record-bytes: 1, text-characters: 1, number-bytes: 1}\n"
ROW = "name: flink-cfu-hour\n    amount: 0.5\n    read: 2026-11-01\n    source: https://prices.example/flink"


def settings(**given: str) -> Settings:
    return Settings.of({"openaiApiKey": "k", **given}, "test")


def listed(name: str, amount: float, included: float = 0, **scope: Any) -> ListedPrice:
    row = {"name": name, "amount": amount, "included": included, "for": scope}
    return ListedPrice.model_validate({**row, "read": date(2026, 11, 1), "source": "https://prices.example/"})


def table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


ALL = PriceTable(
    USAGE,
    (
        listed("kafka-ecku-hour", 0.1, included=1, cluster_type="Basic"),
        listed("kafka-ecku-hour", 0.8, cluster_type="Standard"),
        listed("kafka-transfer-gb", 0.05),
        listed("kafka-storage-gb-month", 0.073),
        listed("connect-task-hour", 0.03),
        listed("connect-transfer-gb", 0.025),
        listed("governance-hour", 0, governance_package="ESSENTIALS"),
        listed("governance-hour", 1, governance_package="ADVANCED"),
        listed("flink-cfu-hour", 0.2),
        listed("flink-cfu-hour", 0.3, cloud="GCP"),
        listed("flink-cfu-hour", 0.4, cloud="GCP", region="us-east4"),
        listed("embedding-million-tokens", 0.5, embedding_model="text-embedding-ada-002"),
    ),
)


def per_hour(prices: PriceTable = ALL, usage: Usage = USAGE, **given: str) -> dict[str, Range | None]:
    stack = settings(**given)
    found = estimate(quantities(stack, usage), prices, Scope.of(stack))
    return {line.quantity.metric: line.per_hour for line in found.lines}


class TestArithmetic:
    def test_every_line(self) -> None:
        # 7,200,000 / 7200 = 1000 records an hour, of 1 MiB each and 3 MiB with the vector.
        found = per_hour(recordIntervalMs="7200", maxCfu="5")
        gigabytes = 1000 / 1024
        assert {name: (one.low, one.high) for name, one in found.items() if one} == {
            "kafka-ecku-hour": (0.8, 0.8),
            "kafka-transfer-gb": pytest.approx((5 * gigabytes * 0.05,) * 2),
            "kafka-storage-gb-month": pytest.approx((0, 4 * gigabytes * 168 * 0.073 / 730)),
            "connect-task-hour": (0.03, 0.03),
            "connect-transfer-gb": pytest.approx((gigabytes * 0.025,) * 2),
            "governance-hour": (0, 0),
            "flink-cfu-hour": pytest.approx((0.2, 1.0)),
            "embedding-million-tokens": pytest.approx((1000 * 100 / 1e6 * 0.5,) * 2),
        }

    def test_the_total_is_the_sum_an_hour_and_by_730_a_month(self) -> None:
        stack = settings()
        told = estimate(quantities(stack, USAGE), ALL, Scope.of(stack)).as_json()
        for end in ("low", "high"):
            assert told["total"]["perHour"][end] == pytest.approx(
                sum(line["perHour"][end] for line in told["lines"]), abs=1e-5
            )
            assert told["total"]["perMonth"][end] == pytest.approx(730 * told["total"]["perHour"][end], abs=1e-3)
        assert told["total"]["without"] == []

    @pytest.mark.parametrize(("kind", "cost"), [(ClusterType.BASIC, 0), (ClusterType.STANDARD, 0.8)])
    def test_every_cluster_type(self, kind: ClusterType, cost: float) -> None:
        assert per_hour(clusterType=kind.value)["kafka-ecku-hour"] == Range(cost, cost)

    def test_every_cluster_type_is_tested(self) -> None:
        assert set(ClusterType) == {ClusterType.BASIC, ClusterType.STANDARD}

    def test_the_governance_package(self) -> None:
        assert per_hour(governancePackage="ADVANCED")["governance-hour"] == Range(1, 1)
        assert "governance-hour" not in per_hour(environmentId="env-abc123")

    @pytest.mark.parametrize(
        ("place", "cfu"), [(("AWS", "us-east-1"), 0.2), (("GCP", "us-west1"), 0.3), (("GCP", "us-east4"), 0.4)]
    )
    def test_the_price_that_says_most_about_the_place_counts(self, place: tuple[str, str], cfu: float) -> None:
        cloud, region = place
        assert per_hour(cloud=cloud, region=region)["flink-cfu-hour"] == Range(cfu, cfu * 10)

    def test_records_come_after_half_the_longest_pause(self) -> None:
        assert records_per_hour(settings(recordIntervalMs="25000"), USAGE) == 288

    def test_all_that_is_billed_is_a_metric(self) -> None:
        assert set(per_hour()) == set(METRICS)


class TestMissing:
    def test_nothing_is_guessed(self) -> None:
        found = per_hour(PriceTable(USAGE, (listed("flink-cfu-hour", 0.2),)))
        assert [name for name, cost in found.items() if cost] == ["flink-cfu-hour"]

    def test_it_is_asked_for_by_name(self) -> None:
        stack = settings()
        found = estimate(quantities(stack, USAGE), PriceTable(USAGE, ALL.listed[2:]), Scope.of(stack))
        said = "\n".join(lines(found, Scope.of(stack), []))
        assert "Total: at least " in said
        assert ", without kafka-ecku-hour." in said
        assert "--price kafka-ecku-hour=AMOUNT  USD per eCKU-hour" in said
        assert "confluent billing price list --cloud aws --region us-east-1" in said

    def test_what_is_given_goes_before_what_is_listed(self) -> None:
        prices = PriceTable(USAGE, ALL.listed, (Price.given("flink-cfu-hour=0.9"),))
        assert per_hour(prices, maxCfu="5")["flink-cfu-hour"] == Range(0.9, 4.5)

    def test_another_provider_has_other_prices(self) -> None:
        assert per_hour(openaiEndpoint="https://rag.openai.azure.com/v1/embeddings")["embedding-million-tokens"] is None

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("flink-cfu=1", r"flink-cfu is not a name it takes: write flink-cfu-hour\."),
            ("=1", "nothing is not a name it takes: the names are kafka-ecku-hour,"),
            ("flink-cfu-hour", "the amount is missing: write for example --price flink-cfu-hour=0.25"),
            ("flink-cfu-hour=a lot", "'a lot' is no amount"),
            ("flink-cfu-hour=-1", "'-1' is no amount"),
            ("flink-cfu-hour=nan", "'nan' is no amount"),
        ],
    )
    def test_what_is_no_price_is_told_in_one_sentence(self, text: str, sentence: str) -> None:
        with pytest.raises(Failure, match=sentence):
            Price.given(text)


class TestTable:
    def test_every_price_has_a_source_and_a_day(self) -> None:
        prices = PriceTable.load().listed
        assert prices
        for price in prices:
            assert price.source.scheme == "https"
            assert price.source.host
            assert date(2026, 1, 1) <= price.read <= datetime.now(UTC).date()

    def test_no_price_is_there_twice(self) -> None:
        keys = [(price.name, price.scope) for price in PriceTable.load().listed]
        assert len(set(keys)) == len(keys)

    @pytest.mark.parametrize(
        ("change", "mistake"),
        [
            (("    source: https://prices.example/flink", ""), "prices.0.source: Field required"),
            (("https://", "http://"), "prices.0.source: URL scheme should be 'https'"),
            (("2026-11-01", (datetime.now(UTC).date() + timedelta(days=2)).isoformat()), "is in the future"),
            (("    read: 2026-11-01\n", ""), "prices.0.read: Field required"),
            (("amount: 0.5", "amount: -1"), "prices.0.amount"),
            (("flink-cfu-hour", "flink"), "no such price"),
            (("amount: 0.5", "amount: 0.5\n    price: 1"), "prices.0.price: Extra inputs"),
            (("record-bytes: 1", "record-bytes: -1"), "usage.record-bytes"),
            (("text-characters: 1", "texts: 1"), "usage.text-characters: Field required"),
        ],
    )
    def test_a_wrong_row_is_told(self, tmp_path: Path, change: tuple[str, str], mistake: str) -> None:
        good = f"{FIGURES}prices:\n  - {ROW}\n"
        assert len(PriceTable.load(table(tmp_path / "prices.yaml", good)).listed) == 1
        assert change[0] in good
        with pytest.raises(Failure, match=mistake):
            PriceTable.load(table(tmp_path / "prices.yaml", good.replace(*change)))

    @pytest.mark.parametrize("text", ["", "[]", "prices: {", "other: 1"])
    def test_what_is_no_table_is_told(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(Failure, match=r"prices\.yaml is no"):
            PriceTable.load(table(tmp_path / "prices.yaml", text))


class TestUsage:
    def test_a_figure_of_ones_own_goes_before_the_listed_one(self) -> None:
        usage = USAGE.with_given(["records-per-hour=1024", "record-bytes=1048576", "text-characters=0"])
        found = per_hour(usage=usage, embeddingModel="unknown-model")  # no vectors are counted then
        assert found["connect-transfer-gb"] == Range(0.025, 0.025)  # 1,024 records of 1 MiB are one GB
        assert found["kafka-transfer-gb"] == Range(3 * 0.05, 3 * 0.05)

    def test_the_listed_figures_price_every_line(self) -> None:
        usage = PriceTable.load().usage
        assert usage.records_per_hour is None
        assert usage.sink_bytes(1536) > 1536 * 8
        assert all(cost is not None for cost in per_hour(usage=usage).values())

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("records-hour=1", r"records-hour is not a name it takes: write records-per-hour\."),
            ("record-bytes", r"the amount is missing: write for example --usage record-bytes=0\.25 \(bytes a record\)"),
            ("record-bytes=inf", "'inf' is no amount"),
        ],
    )
    def test_what_is_no_figure_is_told_in_one_sentence(self, text: str, sentence: str) -> None:
        with pytest.raises(Failure, match=sentence):
            USAGE.with_given([text])


class TestSettings:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        (tmp_path / "Pulumi.yaml").write_text((PROJECT / "Pulumi.yaml").read_text())
        return tmp_path

    @pytest.mark.parametrize("stack", [path.name.split(".")[1] for path in PROJECT.glob("Pulumi.*.yaml")])
    def test_of_every_stack_here(self, stack: str) -> None:
        assert run.settings_of(PROJECT, stack).max_cfu == 10

    def test_defaults_and_the_stacks_own(self, project: Path) -> None:
        (project / "Pulumi.two.yaml").write_text(
            "config:\n  confluent-rag:cloud: GCP\n  confluent-rag:region: us-east4\n  confluent-rag:maxCfu: 20\n"
            "  confluent-rag:protect: true\n  confluent-rag:openaiApiKey:\n    secure: v1:abc\n  other:key: 1\n"
        )
        found = run.settings_of(project, "two")
        assert (found.cloud, found.region, found.max_cfu) == (Cloud.GCP, "us-east4", 20)
        assert found.cluster_type is ClusterType.STANDARD

    def test_mistakes_are_told_as_up_tells_them(self, project: Path) -> None:
        (project / "Pulumi.two.yaml").write_text("config:\n  confluent-rag:maxCfu: 7\n")
        with pytest.raises(Failure, match=r"maxCfu is '7' but must be one of .* in Pulumi\.two\.yaml"):
            run.settings_of(project, "two")

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            (None, r"There is no Pulumi\.two\.yaml, .* \(one\)"),
            ("config: {", "is no YAML"),
            ("words", "it should begin with `config:`"),
        ],
    )
    def test_a_file_that_is_not_there_or_not_one(self, project: Path, text: str | None, sentence: str) -> None:
        (project / "Pulumi.one.yaml").write_text("config: {}\n")
        if text:
            (project / "Pulumi.two.yaml").write_text(text)
        with pytest.raises(Failure, match=sentence):
            run.settings_of(project, "two")


class TestCommand:
    def main(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["cost", *arguments])
        return run.main()

    def test_the_local_cloud_costs_nothing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.main(monkeypatch, "--stack=dev") == 0
        said = capsys.readouterr().out
        assert said.startswith("Stack dev lives on the local cloud, where it costs 0;")
        assert "on Confluent Cloud in us-east-1 (AWS)" in said
        assert "Total: " in said

    def test_for_programs(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.main(monkeypatch, "--stack=gcp-us-east4", "--json", "--price=connect-task-hour=0.5") == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["stack"], told["local"], told["cloud"], told["region"]) == (
            "gcp-us-east4",
            False,
            "GCP",
            "us-east4",
        )
        task = next(line for line in told["lines"] if line["name"] == "connect-task-hour")
        assert (task["price"], task["source"], task["perMonth"]) == (0.5, None, {"low": 365, "high": 365})
        cfu = next(line for line in told["lines"] if line["name"] == "flink-cfu-hour")
        assert cfu["source"].startswith("https://")
        assert date.fromisoformat(cfu["read"])

    def test_a_mistake_is_one_sentence(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.main(monkeypatch, "--stack=dev", "--price=x") == 1
        assert capsys.readouterr().err.startswith("pulumiw: --price x: x is not a name it takes")

    def test_it_is_handed_over_with_the_stack_that_is_meant(
        self, layout: Layout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        became: list[list[str]] = []
        monkeypatch.setattr(cost_command, "set_up_packages", lambda *_, **__: None)
        monkeypatch.setattr(cost_command, "replace_process", lambda argv, *_: became.append(argv))
        monkeypatch.setenv("PULUMI_STACK", "selected")
        cost_command.run(layout, ["--price", "flink-cfu-hour=1", "--usage", "record-bytes=9", "--json"])
        cost_command.run(layout, ["-s", "named"])
        assert [argv[3:] for argv in became] == [
            ["--stack=selected", "--price=flink-cfu-hour=1", "--usage=record-bytes=9", "--json"],
            ["--stack=named"],
        ]


def test_a_sink_costs_a_task_what_it_reads_and_what_it_carries() -> None:
    sinks = json.dumps([{"kind": "mongodb", "host": "local"}])
    without, with_one = (Settings.of({"openaiApiKey": "k", **given}, "test") for given in ({}, {"sinks": sinks}))
    before = {one.what: one.high for one in quantities(without, USAGE)}
    after = {one.what: one.high for one in quantities(with_one, USAGE)}
    carried = after["Sink mongodb: data"]
    assert after["Sink mongodb: tasks"] == 1
    assert carried
    read = next(what for what in before if what.endswith("data in and out"))
    assert after[read] == pytest.approx((before[read] or 0) + carried)


def test_secrets_within_a_list_are_no_settings_to_read(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    (tmp_path / "Pulumi.a.yaml").write_text(
        "config:\n  confluent-rag:sinks:\n    - kind: mongodb\n      host: a.b.net\n"
        "      password:\n        secure: v1:x\n"
    )
    (sink,) = run.settings_of(tmp_path, "a").sinks
    assert sink.label == "mongodb"
