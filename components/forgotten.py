"""``CREATE`` statements that the cloud has forgotten, though the table or model that they made is there.

Confluent Cloud keeps a statement for 30 days after its end
(docs.confluent.io/cloud/current/flink/concepts/statements.html). A ``refresh`` then takes it for gone, and the next
``up`` runs it again: ``CREATE TABLE`` fails for the table that is there, ``CREATE MODEL`` makes another version. What
is provably this stack's own (:attr:`LastUp.forgotten`) is taken as it is instead, by the same statement with ``IF NOT
EXISTS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pulumi

    from components.last_up import LastUp
    from components.sql_text import Statement


def text_of(last_up: LastUp, purpose: str, statement: Statement, name: pulumi.Output[str]) -> pulumi.Input[str]:
    """Return the text to run: with ``IF NOT EXISTS`` for what was forgotten, and as long as that one is in the state.

    It is plain wherever that can be known without ``name``, so that a first preview shows it.
    """
    if statement.kind.makes is None:
        return statement.text
    last = last_up.statements.get(purpose)
    if last is None:
        names = last_up.forgotten
    else:
        names = frozenset({last.name} if last.text == statement.if_not_exists else ())
    if not names:
        return statement.text
    return name.apply(lambda known: statement.if_not_exists if known in names else statement.text)


def explanation(purpose: str, statement: Statement) -> str:
    """Say what to do about a table or model that is there and may be anybody's."""
    made = str(statement.kind.makes)
    drop = f"DROP {made} `{statement.target}`"
    return (
        f"{made.capitalize()} {statement.target} is there already, and this stack does not know whose it is (Confluent"
        " Cloud forgets a statement 30 days after its end, and a refresh then takes it for gone): to take it as it is,"
        f" write {statement.kind} IF NOT EXISTS in sql/{purpose}.sql; for a new one, which loses what this one holds,"
        f" run ./pulumiw sql '{drop}'; then run up again."
    )
