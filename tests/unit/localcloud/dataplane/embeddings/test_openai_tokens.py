"""Text from arrays of OpenAI's tokens."""

from __future__ import annotations

import base64
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from localcloud.dataplane.embeddings.openai_tokens import OpenAiTokens
from localcloud.dataplane.interface import DataPlaneError, InvalidError

if TYPE_CHECKING:
    from pathlib import Path

PIECES = [b"red", b" shoes", "\u00fc".encode()[:1], "\u00fc".encode()[1:]]


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """Return a folder as Maven leaves it, with a table of four tokens, 10 to 13."""
    jar = tmp_path / "jtokkit-1.1.0.jar"
    lines = [base64.b64encode(piece) + b" %d" % (10 + number) for number, piece in enumerate(PIECES)]
    with zipfile.ZipFile(jar, "w") as made:
        made.writestr("com/knuddels/jtokkit/cl100k_base.tiktoken", b"\n".join([*lines, b""]))
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer/classpath").write_text(os.pathsep.join(["/elsewhere/other.jar", str(jar)]))
    return tmp_path


def test_tokens_are_bytes_one_after_the_other(jars: Path) -> None:
    tokens = OpenAiTokens(jars)
    assert tokens.text([10, 11], "input[0]") == "red shoes"
    assert tokens.text([12, 13, 11], "input[0]") == "\u00fc shoes"
    assert tokens.text([10, 12], "input[0]") == "red\ufffd"  # the rest of the character is in another input


def test_a_token_that_there_is_not_is_told_with_the_way_out(jars: Path) -> None:
    with pytest.raises(InvalidError) as refused:
        OpenAiTokens(jars).text([10, 200_000], "input[3]")
    assert str(refused.value) == (
        "input[3] has the token 200000, which is none of cl100k_base: send text instead, in LangChain with"
        " OpenAIEmbeddings(check_embedding_ctx_length=False)."
    )


def test_more_tokens_than_openai_takes_are_refused(jars: Path) -> None:
    tokens = OpenAiTokens(jars)
    assert tokens.text([11] * 8192, "input[0]")
    with pytest.raises(InvalidError, match=r"input\[0\] has 8193 tokens: at most 8192"):
        tokens.text([11] * 8193, "input[0]")


def test_without_the_table_the_way_out_is_told(tmp_path: Path) -> None:
    tokens = OpenAiTokens(tmp_path)
    for wrong in (None, "", "/nowhere/jtokkit-1.1.0.jar"):
        if wrong is not None:
            (tmp_path / "tokenizer").mkdir(exist_ok=True)
            (tmp_path / "tokenizer/classpath").write_text(wrong)
        with pytest.raises(DataPlaneError, match=r"check_embedding_ctx_length=False"):
            tokens.text([1], "input[0]")
