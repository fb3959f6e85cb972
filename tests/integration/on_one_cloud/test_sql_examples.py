"""The catalog `examples` that workshops begin with: read, joined, copied, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.local_cloud import ENDED

if TYPE_CHECKING:
    from tests.support.local_cloud import LocalCloud, Ran

pytestmark = pytest.mark.integration

MARKETPLACE = {"sql__current_catalog": "examples", "sql__current_database": "marketplace"}


def test_it_is_shown_as_any_catalog(cloud: LocalCloud) -> None:
    assert ["examples", "examples"] in cloud.query("SHOW CATALOGS")
    assert cloud.query("SHOW DATABASES", **MARKETPLACE) == [["marketplace", "marketplace"]]
    assert cloud.query("SHOW TABLES", **MARKETPLACE) == [["clicks"], ["customers"], ["orders"], ["products"]]
    ((ddl,),) = cloud.query("SHOW CREATE TABLE examples.marketplace.customers")
    assert "`customer_id` INT NOT NULL" in ddl
    assert "PRIMARY KEY (`customer_id`) NOT ENFORCED" in ddl
    assert "'connector' = 'faker'" in ddl
    assert "$rowtime" not in ddl
    columns = [row[0] for row in cloud.query("DESCRIBE EXTENDED `examples`.`marketplace`.`clicks`")]
    assert columns == ["click_id", "user_id", "url", "user_agent", "view_time", "$rowtime"]


def test_its_rows_come_without_end(cloud: LocalCloud, running: list[Ran]) -> None:
    orders = cloud.post("SELECT * FROM orders", **MARKETPLACE)
    running.append(orders)
    rows = orders.rows(60)
    assert {row["op"] for row in rows} == {0}
    assert {len(row["row"]) for row in rows} == {4}
    assert all(3000 <= int(row["row"][1]) < 3250 and 10 <= float(row["row"][3]) < 100 for row in rows)
    traits = orders.shown["status"]["traits"]
    assert (traits["is_bounded"], traits["is_append_only"]) == (False, True)
    assert [column["name"] for column in traits["schema"]["columns"]] == [
        "order_id",
        "customer_id",
        "product_id",
        "price",
    ]
    assert orders.phase == "RUNNING"


def test_windows_of_its_time_close(cloud: LocalCloud, running: list[Ran]) -> None:
    windows = cloud.post(
        "SELECT window_start, COUNT(*) FROM TUMBLE(DATA => TABLE examples.marketplace.clicks,"
        " TIMECOL => DESCRIPTOR(`$rowtime`), SIZE => INTERVAL '1' SECOND) GROUP BY window_start, window_end"
    )
    running.append(windows)
    assert all(int(row["row"][1]) > 0 for row in windows.rows(3))


def test_orders_find_their_customers_and_products(cloud: LocalCloud, running: list[Ran]) -> None:
    joined = cloud.post(
        "SELECT o.order_id, c.name, p.brand FROM orders o"
        " JOIN customers FOR SYSTEM_TIME AS OF o.`$rowtime` AS c ON o.customer_id = c.customer_id"
        " JOIN products FOR SYSTEM_TIME AS OF o.`$rowtime` AS p ON o.product_id = p.product_id",
        **MARKETPLACE,
    )
    running.append(joined)
    assert {row["op"] for row in joined.rows(5)} == {0}


def test_they_are_copied_into_tables_of_ones_own(cloud: LocalCloud, running: list[Ran]) -> None:
    running.append(cloud.post("CREATE TABLE my_orders AS SELECT * FROM examples.marketplace.orders"))
    running[-1].until("RUNNING")
    cloud.run(
        "CREATE TABLE my_products DISTRIBUTED INTO 1 BUCKETS LIKE examples.marketplace.products (EXCLUDING OPTIONS)"
    )
    running.append(cloud.post("INSERT INTO my_products SELECT * FROM examples.marketplace.products"))
    copied = cloud.post("SELECT price FROM my_orders")
    running.append(copied)
    assert len(copied.rows(10)) >= 10
    kept = cloud.post("SELECT product_id, brand FROM my_products")
    running.append(kept)
    assert all(1000 <= int(row["row"][0]) < 1500 for row in kept.rows(10))
    assert cloud.query("SELECT COUNT(*) > 0 FROM my_orders") == [["TRUE"]]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("INSERT INTO examples.marketplace.orders SELECT 'a', 1, 'b', 1.5", "can only be read: write into a table"),
        ("CREATE TABLE examples.marketplace.mine (a INT)", "can only be read"),
        ("CREATE VIEW examples.marketplace.mine AS SELECT 1", "can only be read"),
        ("DROP TABLE examples.marketplace.orders", "can only be read"),
        ("ALTER TABLE examples.marketplace.orders SET ('kafka.retention.time' = '1 d')", "can only be read"),
        ("SELECT * FROM examples.marketplace.nothing", "Table (or view) 'nothing' does not exist"),
        ("SELECT * FROM examples.nowhere.orders", "does not exist"),
        ("CREATE TABLE copy LIKE examples.marketplace.orders", "The column 'order_id' has no expression: add"),
    ],
)
def test_it_is_changed_by_nothing(cloud: LocalCloud, sql: str, said: str) -> None:
    assert said in cloud.refusal(sql)


def test_an_environment_of_that_name_hides_it(cloud: LocalCloud) -> None:
    body = {"display_name": "examples", "stream_governance_config": {"package": "ESSENTIALS"}}
    made = cloud.call("POST", "/org/v2/environments", body)["id"]
    try:
        status = cloud.post("SELECT * FROM examples.marketplace.orders").until(*ENDED)
        assert "does not exist" in status["detail"]
    finally:
        cloud.call("DELETE", f"/org/v2/environments/{made}")
    assert cloud.query("SHOW TABLES", **MARKETPLACE) != []
