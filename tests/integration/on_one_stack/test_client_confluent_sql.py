"""confluent-sql as it comes: the DB-API over Flink SQL statements."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import confluent_sql
import pytest
from confluent_sql import ExecutionMode

from tests.support.clients.sql import rows
from workshop.clone import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workshop.stack import Stack

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def orders(connection: Any) -> Iterator[str]:
    """Make a table with three orders, drop it in the end."""
    connection.execute_snapshot_ddl("CREATE TABLE lab_orders (id INT, item STRING, price DECIMAL(10, 2))")
    rows = "(1, 'hat', 9.50), (2, 'socks', 3.25), (3, 'hat', 12.00)"
    connection.execute_snapshot_ddl(f"INSERT INTO lab_orders VALUES {rows}")
    yield "lab_orders"
    connection.execute_snapshot_ddl("DROP TABLE lab_orders")


def test_a_snapshot_is_what_is_there_now(connection: Any, orders: str) -> None:
    assert rows(connection, f"SELECT id, item, price FROM {orders} ORDER BY price") == [
        (2, "socks", Decimal("3.25")),
        (1, "hat", Decimal("9.50")),
        (3, "hat", Decimal("12.00")),
    ]
    grouped = rows(connection, f"SELECT item, COUNT(*) AS n, SUM(price) FROM {orders} GROUP BY item")
    assert sorted(grouped) == [("hat", 2, Decimal("21.50")), ("socks", 1, Decimal("3.25"))]


def test_an_aggregate_over_nothing_is_one_row(connection: Any, orders: str) -> None:
    assert rows(connection, f"SELECT COUNT(*), MAX(id) FROM {orders} WHERE id < 0") == [(0, None)]


def test_parameters_come_back_as_they_were_given(connection: Any) -> None:
    given = (
        "it's",
        7,
        2.5,
        True,
        Decimal("1.25"),
        dt.date(2026, 1, 2),
        dt.time(3, 4, 5),
        dt.datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - a TIMESTAMP has no zone
        dt.timedelta(days=1, hours=2),
        b"\x7f\x00",
        [1, 2],
        {"a": 1},
    )
    (row,) = rows(connection, f"SELECT {', '.join(['%s'] * len(given))}", *given)
    assert row == given


def test_a_cursor_is_read_in_every_way(connection: Any, orders: str) -> None:
    with connection.closing_cursor() as cursor:
        cursor.execute(f"SELECT id FROM {orders} ORDER BY id")
        assert [column[0] for column in cursor.description] == ["id"]
        assert cursor.fetchone() == (1,)
        assert cursor.fetchmany(1) == [(2,)]
        assert list(cursor) == [(3,)]
        assert cursor.fetchone() is None
    with connection.closing_cursor(as_dict=True) as cursor:
        cursor.execute(f"SELECT id, item FROM {orders} WHERE item = %s", ("socks",))
        assert cursor.fetchall() == [{"id": 2, "item": "socks"}]


def test_vectors_are_lists_of_floats(stack: Stack, connection: Any) -> None:
    ((vector, content),) = rows(connection, "SELECT vector, content FROM product_vector LIMIT 1")
    assert vector == pytest.approx(stack.clone.embed(content), abs=1e-6)


def test_a_stream_goes_on_while_rows_are_written(connection: Any, orders: str) -> None:
    with connection.closing_streaming_cursor() as cursor:
        cursor.execute(f"SELECT id FROM {orders}")
        assert cursor.is_streaming
        assert not cursor.returns_changelog
        seen: list[int] = []

        def read(count: int) -> bool:
            seen.extend(row[0] for row in cursor.fetchmany(10))
            return len(seen) >= count

        wait_until(lambda: read(3), "the orders that are there")
        connection.execute_snapshot_ddl(f"INSERT INTO {orders} VALUES (4, 'belt', 5.00)")
        wait_until(lambda: read(4), "the order that came later")
        assert sorted(seen) == [1, 2, 3, 4]
        assert cursor.may_have_results
        assert cursor.stop_statement().phase.value == "STOPPED"
        cursor.delete_statement()


def test_a_stream_that_takes_rows_back(connection: Any, orders: str) -> None:
    with connection.closing_streaming_cursor() as cursor:
        cursor.execute(f"SELECT item, COUNT(*) AS n FROM {orders} WHERE id < 4 GROUP BY item")
        assert cursor.returns_changelog
        compressor = cursor.changelog_compressor()
        wait_until(lambda: sorted(compressor.get_current_snapshot()) == [("hat", 2), ("socks", 1)], "both items")
        cursor.stop_statement()
        cursor.delete_statement()


def test_statements_are_found_by_label_and_forgotten(connection: Any) -> None:
    cursor = connection.streaming_cursor()
    cursor.execute("SELECT * FROM `product-updates`", statement_name="lab-live", statement_labels=["lab"])
    (found,) = connection.list_statements(label="lab")
    assert (found.name, found.phase.value) == ("lab-live", "RUNNING")
    assert [one.name for one in connection.list_statements(name_contains="ab-liv")] == ["lab-live"]
    with pytest.raises(confluent_sql.OperationalError, match="already exists"):
        connection.cursor().execute("SELECT 1", statement_name="lab-live")
    connection.delete_statement("lab-live")
    with pytest.raises(confluent_sql.StatementNotFoundError):
        connection.get_statement("lab-live")
    assert connection.list_statements(label="lab") == []


def test_what_is_there_is_described(connection: Any, orders: str) -> None:
    assert (orders,) in rows(connection, "SHOW TABLES")
    assert [row[:2] for row in rows(connection, f"DESCRIBE {orders}")] == [
        ("id", "INT"),
        ("item", "STRING"),
        ("price", "DECIMAL(10, 2)"),
    ]
    columns = "SELECT COLUMN_NAME, FULL_DATA_TYPE, IS_NULLABLE FROM INFORMATION_SCHEMA.`COLUMNS` WHERE IS_HIDDEN = 'NO'"
    assert rows(connection, f"{columns} AND TABLE_NAME = %s ORDER BY ORDINAL_POSITION", orders) == [
        ("id", "INT", "YES"),
        ("item", "VARCHAR(2147483647)", "YES"),
        ("price", "DECIMAL(10, 2)", "YES"),
    ]
    tables = "SELECT TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.`TABLES`"
    found = dict(rows(connection, tables))
    assert {found[name] for name in ("product-updates", "product_vector", orders)} == {"BASE TABLE"}
    assert found["COLUMNS"] == "SYSTEM TABLE"


def test_options_of_a_table_are_changed(stack: Stack, connection: Any, orders: str) -> None:
    options = "SELECT OPTION_VALUE FROM INFORMATION_SCHEMA.`TABLE_OPTIONS` WHERE TABLE_NAME = %s AND OPTION_KEY = %s"
    kept = "kafka.retention.time"
    assert rows(connection, options, orders, kept) == [("7 d",)]
    connection.execute_snapshot_ddl(f"ALTER TABLE {orders} SET ('{kept}' = '2 h')")
    assert rows(connection, options, orders, kept) == [("2 h",)]
    assert stack.topic_config(orders, "retention.ms") == "7200000"
    connection.execute_snapshot_ddl(f"ALTER TABLE {orders} RESET ('{kept}')")
    assert rows(connection, options, orders, kept) == [("7 d",)]
    for change in ("ADD (extra INT)", "SET ('value.format' = 'json-registry')", "RENAME TO lab_others"):
        with pytest.raises(confluent_sql.OperationalError, match=r"can(not)? be (added|changed|renamed)"):
            connection.execute_snapshot_ddl(f"ALTER TABLE {orders} {change}")


def test_a_dry_run_says_what_it_would_be(connection: Any, orders: str) -> None:
    sql = f"SELECT item, COUNT(*) AS n FROM {orders} GROUP BY item"
    judged = connection.dry_run_statement(sql, mode=ExecutionMode.STREAMING_QUERY)
    assert [column.name for column in judged.schema.columns] == ["item", "n"]
    assert not judged.is_append_only
    assert connection.dry_run_statement("CREATE TABLE lab_never (id INT)").schema is None
    with pytest.raises(confluent_sql.OperationalError, match="'lab_never' does not exist"):
        connection.dry_run_statement("SELECT * FROM lab_never")


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("SELEC 1", "SQL parse failed"),
        ("SELECT nothing FROM product_vector", "Column 'nothing' not found"),
        ("SELECT * FROM lab_nowhere", "'lab_nowhere' does not exist, or you do not have permission"),
        ("SELECT 1 / (id - id) FROM lab_orders", "Division by zero|/ by zero"),
    ],
)
@pytest.mark.usefixtures("orders")
def test_a_mistake_is_told(connection: Any, sql: str, sentence: str) -> None:
    with pytest.raises(confluent_sql.OperationalError, match=sentence):
        rows(connection, sql)


def test_a_right_that_is_missing(connection: Any) -> None:
    with pytest.raises(confluent_sql.OperationalError, match="may not create the topic 'elsewhere'"):
        connection.execute_snapshot_ddl("CREATE TABLE elsewhere (id INT)")


def test_a_wrong_secret(connect: Callable[..., Any]) -> None:
    with closing(connect(flink_api_secret="wrong")) as stranger:
        with pytest.raises(confluent_sql.OperationalError) as refused:
            stranger.cursor().execute("SELECT 1")
        assert refused.value.http_status_code == 401


def test_one_global_key_finds_organization_cluster_and_connector(stack: Stack, connect: Callable[..., Any]) -> None:
    keys = {"flink_api_key": None, "flink_api_secret": None, "organization_id": None}
    admin = {"global_api_key": stack.admin.id, "global_api_secret": stack.admin.secret}
    with closing(connect(**keys, **admin)) as everything:
        assert everything.organization_id == stack.outputs["organizationId"]
        assert everything.resolve_kafka_cluster_id() == stack.outputs["kafkaClusterId"]
        assert everything.get_connector(next(iter(stack.outputs["connectors"]))).status.state.value == "RUNNING"
        assert rows(everything, "SELECT 1") == [(1,)]
