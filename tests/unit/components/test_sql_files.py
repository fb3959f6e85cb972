from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from components.flinksql.text import SqlTextError, Statement
from components.sql_files import SqlFiles
from tests.support.tutorial import INSERT, MODEL, TABLE, copy_statements

if TYPE_CHECKING:
    from pathlib import Path


class TestStatement:
    def test_keeps_its_text_word_for_word(self) -> None:
        text = "CREATE TABLE t (a INT) -- why\nWITH ('value.format' = 'json-registry');"
        assert Statement.parse(f"\n{text}\n\n").text == text

    @pytest.mark.parametrize(
        ("text", "target"),
        [
            ("create model `my model` input (a STRING)", "my model"),
            ("CREATE TABLE IF NOT EXISTS t (a INT)", "t"),
            ("CREATE TABLE `env`.`db`.`a-b` (a INT)", "a-b"),
            ("/* why */ INSERT INTO t SELECT 1;", "t"),
        ],
    )
    def test_knows_what_it_makes(self, text: str, target: str) -> None:
        assert Statement.parse(text).target == target

    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            ("", "is empty: write one CREATE MODEL, CREATE TABLE or INSERT INTO statement"),
            (
                "  -- nothing\n;".replace(";", ""),
                "is empty: write one CREATE MODEL, CREATE TABLE or INSERT INTO statement",
            ),
            ("CREATE TABLE a (b INT); CREATE TABLE c (d INT);", "holds more than one statement"),
            (
                "CREATE VIEW v AS SELECT 1",
                "starts with 'CREATE VIEW': write one CREATE MODEL, CREATE TABLE or",
            ),
            ("CRATE TABLE t (a INT)", "starts with 'CRATE TABLE'"),
            ("CREATE TABLE (a INT)", "has no name after CREATE TABLE"),
            ("CREATE TABLE t (\n a INT", r"has a \( on line 1 that is never closed"),
            ("CREATE TABLE t (a INT)\n)", r"has a \) on line 2 that closes nothing"),
            ("CREATE TABLE t (a INT)\nWITH ('a' = 'b)", "has a string that starts with ' on line 2 and never ends"),
            ("CREATE TABLE `t (a INT)", "has a name that starts with ` on line 1 and never ends"),
            ("CREATE TABLE t (a INT) /* open", r"has a comment that starts with /\* on line 1 and never ends"),
        ],
    )
    def test_tells_what_is_wrong(self, text: str, mistake: str) -> None:
        with pytest.raises(SqlTextError, match=mistake):
            Statement.parse(text)

    @pytest.mark.parametrize(
        ("text", "conditional"),
        [
            ("CREATE TABLE t (a INT);", "CREATE TABLE IF NOT EXISTS t (a INT);"),
            ("create /* a */ model\n`IF`", "create /* a */ model IF NOT EXISTS\n`IF`"),
            ("CREATE TABLE if not\nexists t (a INT);", "CREATE TABLE if not\nexists t (a INT);"),
        ],
    )
    def test_as_one_that_leaves_alone_what_is_there(self, text: str, conditional: str) -> None:
        assert Statement.parse(text).if_not_exists == conditional

    def test_semicolons_in_strings_and_comments_end_nothing(self) -> None:
        text = "CREATE TABLE t (a INT) /* ; */ WITH // ';\r ('a' = ';it''s;') -- ;\n;"
        assert Statement.parse(text).options == {"A": ";it's;"}

    def test_an_option_is_added_at_the_end_of_its_with_clause(self) -> None:
        model = Statement.parse("CREATE MODEL m WITH (\n  'TASK' = 'embedding' -- (\n);")
        added = model.with_option("OPENAI.MODEL_VERSION", "it's")
        assert added.options == {"TASK": "embedding", "OPENAI.MODEL_VERSION": "it's"}
        assert Statement.parse(added.text) == added
        assert added.text.endswith("\n);")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tutorial's statements, to break."""
    return copy_statements(tmp_path)


WANTED = "write one CREATE MODEL, CREATE TABLE or INSERT INTO statement."


def load(folder: Path, embedding_model: str | None = None, topics: tuple[str, ...] = ("product-updates",)) -> SqlFiles:
    return SqlFiles.load(folder, topics=topics, embedding_model=embedding_model)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class TestSqlFiles:
    def test_the_tutorial_s_own(self, folder: Path) -> None:
        sql = load(folder)
        assert sql.statements.keys() == {MODEL, TABLE, INSERT}
        assert sql.models[MODEL].target == "vector_embedding"
        assert sql.connections == {"openai-embedding-connection"}
        assert (set(sql.reads), set(sql.writes)) == ({"product-updates"}, {"product_vector"})
        assert sql.used_by(sql.inserts[INSERT]) == [TABLE, MODEL]
        flow = {"sources": ["product-updates"], "sink": "product_vector", "models": ["vector_embedding"]}
        assert sql.flows == {INSERT: flow}
        for name, statement in sql.statements.items():
            assert statement.text == (folder / f"{name}.sql").read_text().strip()

    def test_a_second_table_with_its_insert_is_two_files(self, folder: Path) -> None:
        (folder / "create-table-cheap.sql").write_text("CREATE TABLE cheap (product_id INT, price DOUBLE);")
        insert = "INSERT INTO cheap SELECT product_id, price FROM product_vector WHERE price < 20;"
        (folder / "insert-into-cheap.sql").write_text(insert)
        sql = load(folder)
        assert sql.flows["insert-into-cheap"] == {"sources": ["product_vector"], "sink": "cheap", "models": []}
        assert sql.used_by(sql.inserts["insert-into-cheap"]) == ["create-table-cheap", TABLE]
        assert sql.reads == {"product-updates", "product_vector"}
        assert sql.writes == {"product_vector", "cheap"}

    @pytest.mark.parametrize("function", ["AI_EMBEDDING", "ai_embedding", "ML_PREDICT"])
    def test_a_model_is_found_by_either_name_of_the_function(self, folder: Path, function: str) -> None:
        insert = folder / f"{INSERT}.sql"
        insert.write_text(insert.read_text().replace("ML_PREDICT", function))
        sql = load(folder)
        assert sql.inserts[INSERT].predicts_with == {"vector_embedding"}
        assert MODEL in sql.used_by(sql.inserts[INSERT])

    def test_another_model_is_written_into_the_statement(self, folder: Path) -> None:
        assert load(folder, "text-embedding-3-small").models[MODEL].options == {
            "TASK": "embedding",
            "PROVIDER": "openai",
            "OPENAI.CONNECTION": "openai-embedding-connection",
            "OPENAI.MODEL_VERSION": "text-embedding-3-small",
        }

    @pytest.mark.parametrize(
        ("name", "old", "new", "sentence"),
        [
            (
                MODEL,
                "`vector_embedding`",
                "`another`",
                f"sql/{INSERT}.sql calls the model vector_embedding, which no CREATE MODEL of sql/ makes: write",
            ),
            (
                TABLE,
                "product_vector",
                "product_vectors",
                f"sql/{INSERT}.sql fills product_vector, which no CREATE TABLE of sql/ makes: write one, or another",
            ),
            (
                INSERT,
                "`product-updates`",
                "`products`",
                f"sql/{INSERT}.sql reads no topic of the stack: select from one of `product-updates`.",
            ),
            (
                TABLE,
                "product_vector",
                "`product-updates`",
                f"sql/{TABLE}.sql makes product-updates, which a connector makes too: write another name.",
            ),
            (
                MODEL,
                "'OPENAI.CONNECTION'",
                "'OPENAI.CONECTION'",
                f"sql/{MODEL}.sql names no connection: add 'OPENAI.CONNECTION' = 'openai-embedding-connection'.",
            ),
            (TABLE, "CREATE TABLE", "CREATE TABEL", f"sql/{TABLE}.sql starts with 'CREATE TABEL': {WANTED}"),
            (INSERT, ");", "", f"sql/{INSERT}.sql has a ( on line 1 that is never closed."),
        ],
        ids=["model", "table", "source", "a connector's", "connection", "kind", "parenthesis"],
    )
    def test_what_does_not_fit_together_is_told(
        self, folder: Path, name: str, old: str, new: str, sentence: str
    ) -> None:
        edit(folder / f"{name}.sql", old, new)
        with pytest.raises(pulumi.RunError) as failure:
            load(folder)
        assert str(failure.value).splitlines()[0].startswith(sentence)

    @pytest.mark.parametrize(
        ("name", "text", "sentence"),
        [
            ("Two.sql", "CREATE TABLE two (a INT);", "sql/Two.sql names its statement: write a file name of a-z, 0-9"),
            ("two.sql", "CREATE TABLE product_vector (a INT);", "sql/two.sql makes product_vector, which sql/create-"),
            (
                "two.sql",
                "CREATE MODEL two WITH ('OPENAI.CONNECTION' = 'other');",
                f"sql/{MODEL}.sql is one of models with several connections: write one 'OPENAI.CONNECTION'",
            ),
        ],
    )
    def test_what_a_further_file_may_not_say(self, folder: Path, name: str, text: str, sentence: str) -> None:
        (folder / name).write_text(text)
        with pytest.raises(pulumi.RunError) as failure:
            load(folder)
        assert str(failure.value).startswith(sentence)

    def test_a_model_is_chosen_in_one_place(self, folder: Path) -> None:
        edit(folder / f"{MODEL}.sql", "'openai',", "'openai', 'OPENAI.MODEL_VERSION' = 'a',")
        assert load(folder).models[MODEL].options["OPENAI.MODEL_VERSION"] == "a"
        with pytest.raises(pulumi.RunError, match="MODEL_VERSION' and confluent-rag:embeddingModel is 'b': keep one"):
            load(folder, "b")

    def test_every_mistake_is_told_at_once(self, folder: Path) -> None:
        (folder / f"{TABLE}.sql").write_text("")
        (folder / f"{INSERT}.sql").write_bytes(b"\xff")
        with pytest.raises(pulumi.RunError) as failure:
            load(folder)
        empty, unreadable = str(failure.value).splitlines()
        assert empty == f"sql/{TABLE}.sql is empty: {WANTED}"
        assert unreadable.startswith(f"sql/{INSERT}.sql cannot be read (")

    def test_an_empty_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(pulumi.RunError, match="sql/ holds no statement"):
            load(tmp_path)
