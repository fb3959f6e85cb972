from __future__ import annotations

import shutil
from pathlib import Path

import pulumi
import pytest

from components.sql_files import INSERT_FILE, MODEL_FILE, TABLE_FILE, PipelineSql
from components.sql_text import Kind, SqlTextError, Statement

FOLDER = Path(__file__).resolve().parents[2] / "sql"


class TestStatement:
    def test_keeps_its_text_word_for_word(self) -> None:
        text = "CREATE TABLE t (a INT) -- why\nWITH ('value.format' = 'json-registry');"
        assert Statement.parse(f"\n{text}\n\n", Kind.CREATE_TABLE).text == text

    @pytest.mark.parametrize(
        ("text", "kind", "target"),
        [
            ("create model `my model` input (a STRING)", Kind.CREATE_MODEL, "my model"),
            ("CREATE TABLE IF NOT EXISTS t (a INT)", Kind.CREATE_TABLE, "t"),
            ("CREATE TABLE `env`.`db`.`a-b` (a INT)", Kind.CREATE_TABLE, "a-b"),
            ("/* why */ INSERT INTO t SELECT 1;", Kind.INSERT_INTO, "t"),
        ],
    )
    def test_knows_what_it_makes(self, text: str, kind: Kind, target: str) -> None:
        assert Statement.parse(text, kind).target == target

    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            ("", "is empty: write one CREATE TABLE statement"),
            ("  -- nothing\n;".replace(";", ""), "is empty: write one CREATE TABLE statement"),
            ("CREATE TABLE a (b INT); CREATE TABLE c (d INT);", "holds more than one statement"),
            ("CREATE MODEL m", "starts with 'CREATE MODEL': write one CREATE TABLE statement"),
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
            Statement.parse(text, Kind.CREATE_TABLE)

    @pytest.mark.parametrize(
        ("text", "kind", "conditional"),
        [
            ("CREATE TABLE t (a INT);", Kind.CREATE_TABLE, "CREATE TABLE IF NOT EXISTS t (a INT);"),
            ("create /* a */ model\n`IF`", Kind.CREATE_MODEL, "create /* a */ model IF NOT EXISTS\n`IF`"),
            ("CREATE TABLE if not\nexists t (a INT);", Kind.CREATE_TABLE, "CREATE TABLE if not\nexists t (a INT);"),
        ],
    )
    def test_as_one_that_leaves_alone_what_is_there(self, text: str, kind: Kind, conditional: str) -> None:
        assert Statement.parse(text, kind).if_not_exists == conditional

    def test_semicolons_in_strings_and_comments_end_nothing(self) -> None:
        text = "CREATE TABLE t (a INT) /* ; */ WITH ('a' = ';it''s;') -- ;\n;"
        assert Statement.parse(text, Kind.CREATE_TABLE).options == {"A": ";it's;"}

    def test_an_option_is_added_at_the_end_of_its_with_clause(self) -> None:
        model = Statement.parse("CREATE MODEL m WITH (\n  'TASK' = 'embedding' -- (\n);", Kind.CREATE_MODEL)
        added = model.with_option("OPENAI.MODEL_VERSION", "it's")
        assert added.options == {"TASK": "embedding", "OPENAI.MODEL_VERSION": "it's"}
        assert Statement.parse(added.text, Kind.CREATE_MODEL) == added
        assert added.text.endswith("\n);")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's statements, to break."""
    shutil.copytree(FOLDER, tmp_path / "sql")
    return tmp_path / "sql"


def load(folder: Path, embedding_model: str | None = None) -> PipelineSql:
    return PipelineSql.load(folder, source="product-updates", embedding_model=embedding_model)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class TestPipelineSql:
    def test_the_project_s_own(self) -> None:
        sql = load(FOLDER)
        assert sql.model.target == "vector_embedding"
        assert sql.table.target == sql.insert.target == "product_vector"
        assert sql.connection == "openai-embedding-connection"
        for name, statement in ((MODEL_FILE, sql.model), (TABLE_FILE, sql.table), (INSERT_FILE, sql.insert)):
            assert statement.text == (FOLDER / name).read_text().strip()

    def test_another_model_is_written_into_the_statement(self) -> None:
        assert load(FOLDER, "text-embedding-3-small").model.options == {
            "TASK": "embedding",
            "PROVIDER": "openai",
            "OPENAI.CONNECTION": "openai-embedding-connection",
            "OPENAI.MODEL_VERSION": "text-embedding-3-small",
        }

    @pytest.mark.parametrize(
        ("name", "old", "new", "sentence"),
        [
            (
                MODEL_FILE,
                "`vector_embedding`",
                "`another`",
                f"sql/{INSERT_FILE} calls ML_PREDICT with vector_embedding, sql/{MODEL_FILE} makes another: write",
            ),
            (
                TABLE_FILE,
                "product_vector",
                "product_vectors",
                f"sql/{INSERT_FILE} fills product_vector, sql/{TABLE_FILE} makes product_vectors: write the same name.",
            ),
            (
                INSERT_FILE,
                "`product-updates`",
                "`products`",
                f"sql/{INSERT_FILE} does not read `product-updates`, the topic of the connector: select from it.",
            ),
            (
                MODEL_FILE,
                "'OPENAI.CONNECTION'",
                "'OPENAI.CONECTION'",
                f"sql/{MODEL_FILE} names no connection: add 'OPENAI.CONNECTION' = 'openai-embedding-connection'.",
            ),
            (TABLE_FILE, "CREATE TABLE", "CREATE TABEL", f"sql/{TABLE_FILE} starts with 'CREATE TABEL': "),
            (INSERT_FILE, ");", "", f"sql/{INSERT_FILE} has a ( on line 1 that is never closed."),
        ],
        ids=["model", "table", "source", "connection", "kind", "parenthesis"],
    )
    def test_what_does_not_fit_together_is_told(
        self, folder: Path, name: str, old: str, new: str, sentence: str
    ) -> None:
        edit(folder / name, old, new)
        with pytest.raises(pulumi.RunError) as failure:
            load(folder)
        assert str(failure.value).startswith(sentence)
        assert "\n" not in str(failure.value)

    def test_a_model_is_chosen_in_one_place(self, folder: Path) -> None:
        edit(folder / MODEL_FILE, "'openai',", "'openai', 'OPENAI.MODEL_VERSION' = 'a',")
        assert load(folder).model.options["OPENAI.MODEL_VERSION"] == "a"
        with pytest.raises(pulumi.RunError, match="MODEL_VERSION' and confluent-rag:embeddingModel is 'b': keep one"):
            load(folder, "b")

    def test_every_mistake_is_told_at_once(self, folder: Path) -> None:
        (folder / MODEL_FILE).unlink()
        (folder / TABLE_FILE).write_text("")
        (folder / INSERT_FILE).write_bytes(b"\xff")
        with pytest.raises(pulumi.RunError) as failure:
            load(folder)
        missing, empty, unreadable = str(failure.value).splitlines()
        assert missing == f"sql/{MODEL_FILE} is missing: write one CREATE MODEL statement into it."
        assert empty == f"sql/{TABLE_FILE} is empty: write one CREATE TABLE statement."
        assert unreadable.startswith(f"sql/{INSERT_FILE} cannot be read (")
