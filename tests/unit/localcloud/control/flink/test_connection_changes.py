"""``CREATE``, ``ALTER`` and ``DROP CONNECTION`` through the statements' API: the same objects as the connections'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.localcloud.conftest import eventually, statement_body

if TYPE_CHECKING:
    from tests.unit.localcloud.conftest import Key, Local

SECRET = "sk-" + "Qw3rTy" * 4
CREATE = f"CREATE CONNECTION c WITH ('type'='openai', 'endpoint'='https://h/v1/embeddings', 'api-key'='{SECRET}')"


class Place:
    """An environment with a pool; ``key`` is the administrator's, unless it is set."""

    def __init__(self, local: Local) -> None:
        self.local, self.env = local, local.environment()
        self.pool = local.pool(self.env)
        self.path = local.sql(self.env)
        self.key: Key = local.admin
        self.said: list[str] = []

    def run(self, sql: str, status: int = 201, **properties: Any) -> Any:
        """Run a statement, return its reply."""
        body = statement_body(f"s-{len(self.said)}", sql, self.pool, properties=properties)
        reply = self.local.send("POST", f"{self.path}/statements", body, key=self.key)
        self.said.append(reply.text)
        assert reply.status_code == status, reply.text
        return reply.json()

    def failure(self, sql: str, **properties: Any) -> str:
        """Run a statement that fails, return why."""
        status = self.run(sql, **properties)["status"]
        assert status["phase"] == "FAILED", status
        detail: str = status["detail"]
        return detail

    def connections(self) -> dict[str, Any]:
        """Return the specs of the API's connections by name."""
        listed = self.local.call("GET", f"{self.path}/connections")["data"]
        return {one["name"]: one["spec"] for one in listed}

    def secrets(self) -> dict[str, dict[str, str]]:
        """Return what Flink knows of them."""
        return {
            one.name: dict(one.secrets)
            for known in self.local.plane.flink.environments
            if known.id == self.env
            for one in known.connections
        }


@pytest.fixture
def place(local: Local) -> Place:
    """Return an empty one."""
    return Place(local)


def test_a_connection_lives_by_sql_and_its_secret_is_seen_nowhere(place: Place) -> None:
    made = place.run(CREATE)
    assert made["status"]["phase"] == "COMPLETED"
    assert made["status"]["traits"]["sql_kind"] == "CREATE_CONNECTION"
    assert made["spec"]["statement"] == CREATE.replace(SECRET, "<REDACTED>")
    spec = place.connections()["c"]
    assert (spec["connection_type"], spec["endpoint"]) == ("OPENAI", "https://h/v1/embeddings")
    eventually(lambda: place.secrets() == {"c": {"API_KEY": SECRET}})
    assert place.run(f"ALTER CONNECTION c SET ('api-key' = '{SECRET}2')")["status"]["phase"] == "COMPLETED"
    eventually(lambda: place.secrets() == {"c": {"API_KEY": f"{SECRET}2"}})
    assert place.run("DROP CONNECTION c")["status"]["traits"]["sql_kind"] == "DROP_CONNECTION"
    assert place.connections() == {}
    place.said.append(str(place.local.call("GET", f"{place.path}/statements")))
    assert SECRET not in "\n".join(place.said)
    assert place.local.plane.flink.specs == {}


def test_one_secret_of_two_is_replaced(place: Place) -> None:
    place.run(
        "CREATE CONNECTION m COMMENT 'mine' WITH ('type'='mongodb','endpoint'='mongodb://h:27017/',"
        "'username'='u','password'='p')"
    )
    place.run("ALTER CONNECTION m SET ('password' = 'q')")
    eventually(lambda: place.secrets() == {"m": {"USERNAME": "u", "PASSWORD": "q"}})
    (known,) = [one for env in place.local.plane.flink.environments for one in env.connections]
    assert known.comment == "mine"


def test_conditions_count(place: Place) -> None:
    place.run(CREATE)
    assert "already exists" in place.failure(CREATE)
    again = place.run(CREATE.replace("CONNECTION c", "CONNECTION IF NOT EXISTS c").replace(SECRET, "other"))
    assert again["status"]["phase"] == "COMPLETED"
    eventually(lambda: place.secrets() == {"c": {"API_KEY": SECRET}})
    for verb, rest in (("DROP", ""), ("ALTER", " SET ('api-key' = 'k')")):
        assert "does not exist" in place.failure(f"{verb} CONNECTION d{rest}")
        assert place.run(f"{verb} CONNECTION IF EXISTS d{rest}")["status"]["phase"] == "COMPLETED"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("CREATE CONNECTION c WITH ('type'='openai','endpoint'='https://h/')", "needs API_KEY"),
        ("CREATE CONNECTION c WITH ('type'='openai','endpoint'='https://h/')", "CONNECTION calls that 'api-key'"),
        ("CREATE CONNECTION c WITH ('endpoint'='https://h/','api-key'='k')", "needs the option 'type'"),
        ("CREATE CONNECTION c WITH ('type'='openai','api-key'='k')", "needs the option 'endpoint'"),
        ("CREATE CONNECTION c WITH ('type'='kafka','endpoint'='https://h/')", "'KAFKA' is unknown: use one of OPENAI"),
        ("CREATE CONNECTION c WITH ('ap-key' = 'hunter2')", "unknown option 'ap-key'"),
        ("CREATE CONNECTION `a b` WITH ('type'='rest','endpoint'='https://h/')", "'a b' is not allowed"),
        ("CREATE CONNECTION other.db.c WITH ('type'='rest','endpoint'='https://h/')", "'other' is not the environment"),
    ],
)
def test_a_mistake_fails_the_statement_and_changes_nothing(place: Place, sql: str, said: str) -> None:
    assert said in place.failure(sql)
    assert "hunter2" not in "".join(place.said)
    assert place.connections() == {}


def test_the_environment_is_the_catalog(place: Place) -> None:
    properties: dict[str, Any] = {"sql.current-catalog": place.env, "sql.current-database": "shop"}
    assert place.run(CREATE, **properties)["status"]["phase"] == "COMPLETED"
    place.run(CREATE.replace("CONNECTION c", "CONNECTION prod.shop.d"), **properties)
    assert list(place.connections()) == ["c", "d"]
    assert "'elsewhere' is not the environment" in place.failure(
        "DROP CONNECTION c", **{"sql.current-catalog": "elsewhere"}
    )


def test_type_and_endpoint_stay(place: Place) -> None:
    place.run(CREATE)
    assert "Only the secrets" in place.failure("ALTER CONNECTION c SET ('endpoint' = 'https://other/')")


def test_a_dry_run_changes_nothing(place: Place) -> None:
    dry_run: dict[str, Any] = {"sql.dry-run": "true"}
    dry = place.run(CREATE, **dry_run)
    assert (dry["status"]["phase"], dry["metadata"]["uid"]) == ("COMPLETED", "")
    assert place.connections() == {}
    assert place.local.call("GET", f"{place.path}/statements")["data"] == []


def test_a_secret_outside_of_its_place_is_refused(place: Place) -> None:
    place.run(f"/* {SECRET} */ {CREATE}", status=400)
    assert SECRET not in "".join(place.said)
    assert place.connections() == {}


def test_it_takes_the_right_to_manage_connections(place: Place, local: Local) -> None:
    account = local.account()
    local.grant(account, "FlinkDeveloper", f"environment={place.env}")
    place.key = local.flink_key(account, place.env)
    place.run(CREATE, status=403)
    place.run("DROP CONNECTION IF EXISTS c", status=403)
    local.grant(account, "FlinkAdmin", f"environment={place.env}")
    assert place.run(CREATE)["status"]["phase"] == "COMPLETED"


def test_its_own_text_stops_nothing_else(place: Place) -> None:
    """A client that sends back what it once sent is not told that the text differs."""
    place.run(CREATE)
    body = statement_body("s-0", CREATE, place.pool, properties={}, stopped=False)
    place.local.call("PUT", f"{place.path}/statements/s-0", body, status=202)
