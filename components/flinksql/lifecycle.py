"""What happens beside creating a statement, because Flink's API does not do it.

Deleting a CREATE statement drops nothing, an INSERT whose source table is not there yet fails for good, and one that is
deleted leaves no offsets to the next. Pulumi's resource hooks run at the right moments. None runs on deletion: a plain
`pulumi destroy` refuses resources that have such a hook.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from components.flinksql.answers import answer_of
from components.flinksql.calls import ask
from components.flinksql.errors import HookError
from components.flinksql.previous import INITIAL_OFFSET_FROM
from components.flinksql.rights import RIGHTS_SECONDS, wait_for_rights
from components.flinksql.source import Source, is_ready, wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi_confluentcloud as confluentcloud

    from components.flinksql.client import FlinkSql
    from components.flinksql.session import FlinkSession
    from components.flinksql.text import Statement

CATALOG = "sql.current-catalog"
DATABASE = "sql.current-database"
# Attempts after a conflict: one is enough after a lost reply, and a name that stays taken must end the creation.
_CONFLICTS = 3
_IS_THERE = re.compile(r"^(?!.*409 Conflict).*already exists", re.DOTALL)  # the table or model, not the statement


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """The hooks of one statement. ``purpose`` is unique in the stack: hooks are known by their names.

    ``takes_over``: the one that it replaces runs on until it is there.
    """

    purpose: str
    statement: Statement
    session: FlinkSession
    built_on: Sequence[pulumi.Input[str]] = ()
    sources: Sequence[Source] = ()
    takes_over: bool = False

    def hooks(self) -> pulumi.ResourceHookBinding:
        """Return what to bind to the statement's resource."""
        before: list[pulumi.ResourceHook | pulumi.ResourceHookFunction] = []
        if pulumi.runtime.is_dry_run() or self.takes_over:
            in_preview = pulumi.ResourceHookOptions(on_dry_run=True)
            before.append(pulumi.ResourceHook(f"check {self.purpose}", self._check, in_preview))
        before.append(pulumi.ResourceHook(f"prepare {self.purpose}", self._prepare))
        retry = pulumi.ErrorHook(f"retry {self.purpose}", self._retry)
        return pulumi.ResourceHookBinding(before_create=before, on_error=[retry])

    async def _check(self, args: pulumi.ResourceHookArgs) -> None:
        """Ask Flink first: a statement that it refuses would cost what the one it replaces has made.

        Flink can only be asked about what is there: not in a first preview, nor if what the statement uses changes too.
        """
        name, _, database = _statement_of(args)
        address, built_on = await pulumi.Output.all(self.session.address, list(self.built_on)).future() or (None, [])
        last = self.session.previous.statements.get(self.purpose)
        if not (address and isinstance(name, str) and isinstance(database, str)):
            return
        # Flink knows the new name of the database only after the cluster has been updated.
        if last and last.properties.get(DATABASE) != database:  # the cluster is renamed by this very `up`
            return

        def objection(flink: FlinkSql) -> str | None:
            # A CREATE can be checked without what it names; an INSERT is built on statements, by name.
            is_checkable = self.statement.kind.makes or is_ready(flink, self.sources, built_on)
            return flink.objection(self.statement) if is_checkable else None

        found = await self._ask(database, objection, f"Flink cannot be asked about {self.purpose}")
        if found:
            raise HookError(f"{self.statement.file} is refused by Flink: {found}")

    async def _prepare(self, args: pulumi.ResourceHookArgs) -> None:
        """Clear the way: what an interrupted run left behind, what the replaced CREATE made. Wait for what it uses."""
        name, catalog, database = _statement_of(args)
        last = self.session.previous.statements.get(self.purpose)
        made = self.session.previous.made(self.purpose)

        def clear(flink: FlinkSql) -> None:
            self._remove_interrupted(flink, name)
            if last and made and last.properties.get(CATALOG) == catalog:
                flink.run_ddl(made.drop)

        await self._ask(database, clear, f"Statement {name} could not be prepared", RIGHTS_SECONDS)
        failure = f"{self.purpose} was not created"
        models = sorted(self.statement.predicts_with)
        answers = (answer_of(self.session, model, database, failure) for model in models)
        await asyncio.gather(*answers, *(wait_for(self.session, database, source) for source in self.sources))

    def _remove_interrupted(self, flink: FlinkSql, name: str) -> None:
        """Remove a statement of this very name, and what it made: an interrupted run could not record it.

        Names carry a digest of the statement and of the ids it runs with, so nobody else's can be met here. One that
        the last good `up` noted was not interrupted: what it made is kept.
        """
        if flink.phase(name) is None:
            return
        pulumi.log.info(f"removing statement {name}, which an interrupted run left behind")
        if self.statement.kind.makes:  # an INSERT may be PENDING for as long as the one it takes over from runs
            is_ours = name not in self.session.previous.noted and not self.statement.is_conditional
            if flink.settled(name) == "COMPLETED" and is_ours:
                flink.run_ddl(self.statement.drop)
        flink.delete(name)

    async def _retry(self, args: pulumi.ErrorHookArgs) -> bool:
        """Ask for another attempt while rights are on their way, its name free: Flink keeps what failed.

        Also after a conflict: the way was clear, so the name is this creation's own, by a request whose reply was lost.
        """
        if not (_is_taken(args) or await wait_for_rights(args)):
            if self.statement.kind.makes and args.errors and _IS_THERE.search(args.errors[0]):
                pulumi.log.error(self._is_there())
            return False
        name, _, database = _statement_of(args)
        failure = f"Statement {name} could not be prepared"
        await self._ask(database, lambda flink: self._remove_interrupted(flink, name), failure, RIGHTS_SECONDS)
        return True

    def _is_there(self) -> str:
        made, statement = str(self.statement.kind.makes), self.statement
        return (
            f"{made.capitalize()} {statement.target} is there already, and nothing proves that this stack made it"
            " (Confluent Cloud forgets a statement 30 days after its end, and a refresh then takes it for gone): to"
            f" take it as it is, write {statement.kind} IF NOT EXISTS in {self.statement.file}; for a new one, which"
            f" loses what this one holds, run ./pulumiw sql '{statement.drop}'; then run up again."
        )

    def taken_over(self, resource: confluentcloud.FlinkStatement) -> pulumi.Output[str]:
        """Return the statement's name, once it has taken over from the one whose offsets it carries over.

        This is no hook: it runs in every `up` until one ends well, so that a killed one resumes. Pulumi deletes
        the old statement after the program's end, and not at all if this fails.
        """
        if self.statement.kind.makes:
            name: pulumi.Output[str] = resource.statement_name
            return name

        async def take_over(known: list[Any]) -> str:
            name, properties = known
            is_done = name in self.session.previous.noted or INITIAL_OFFSET_FROM not in (properties or {})
            if not (pulumi.runtime.is_dry_run() or is_done):
                failure = f"Statement {name} does not take over, and the one before it is kept"
                try:
                    await self._ask(properties[DATABASE], lambda flink: flink.take_over(name), failure)
                except HookError as error:
                    raise pulumi.RunError(str(error)) from None
            return str(name)

        return pulumi.Output.all(resource.statement_name, resource.properties).apply(take_over)

    async def _ask(self, database: str, run: Any, failure: str, rights_seconds: float = 0) -> Any:
        return await ask(self.session.address, database, run, failure, rights_seconds)


def _is_taken(args: pulumi.ErrorHookArgs) -> bool:
    conflicts = [error for error in args.errors if "409 Conflict" in error]
    return args.failed_operation == "create" and args.errors[:1] == conflicts[:1] != [] and len(conflicts) <= _CONFLICTS


def _statement_of(args: pulumi.ResourceHookArgs | pulumi.ErrorHookArgs) -> tuple[Any, Any, Any]:
    """Return name, catalog and database; in a preview each may be unknown, and then is no string."""
    known = args.new_inputs or {}
    properties = known["properties"] if isinstance(known["properties"], dict) else {}
    return known["statementName"], properties.get(CATALOG), properties.get(DATABASE)
