"""What happens beside creating and deleting a statement, because Flink's API does not do it.

Deleting a CREATE statement drops nothing, and an INSERT whose source table is not there yet fails for good. Pulumi's
resource hooks run at the right moments. A delete hook needs the program: ``pulumi destroy --run-program``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import get_engine

from components.flink_sql import FlinkSqlError, quote
from components.forgotten import explanation
from components.hook_calls import HookError, connected, in_thread, known_address, resolved
from components.rights import RIGHTS_SECONDS, wait_for_rights
from components.source import is_ready, wait_for
from components.sql_text import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from components.flink_address import Address
    from components.flink_session import FlinkSession
    from components.flink_sql import FlinkSql
    from components.source import Source
    from components.sql_text import Statement

DATABASE = "sql.current-database"
_MISSING = re.compile(r"does ?n[o']t exist|not found|no such|unknown (database|catalog)", re.IGNORECASE)
_CONFLICTS = 3
_IS_THERE = re.compile(r"^(?!.*409 Conflict).*already exists", re.DOTALL)  # the table or model, not the statement


@dataclass(frozen=True, kw_only=True)
class StatementHooks:
    """Hooks of one statement. ``purpose`` is unique in the stack: hooks are known by their names.

    ``takes_over``: the one that it replaces runs on until it is there.
    """

    purpose: str
    statement: Statement
    session: FlinkSession
    built_on: Sequence[pulumi.Input[str]] = ()
    protect: bool = False
    takes_over: bool = False

    def binding(self, source: Source | None = None) -> pulumi.ResourceHookBinding:
        """Return the hooks to bind; with a ``source``, creation waits for it."""
        before_create: list[pulumi.ResourceHook | pulumi.ResourceHookFunction] = [
            self._hook("clear the way for", self._clear_leftovers)
        ]
        if pulumi.runtime.is_dry_run() or self.takes_over:
            in_preview = pulumi.ResourceHookOptions(on_dry_run=True)
            check = pulumi.ResourceHook(f"check {self.purpose}", lambda args: self._check(source, args), in_preview)
            before_create.append(check)
        if self.statement.predicts_with:
            before_create.append(self._hook("wait for the models of", self._wait_for_models))
        if source:
            before_create.append(self._hook("wait for the source of", lambda args: self._wait_for(source, args)))
        if self.statement.kind.makes:
            before_delete = [self._hook("drop what was made by", self._drop_made)]
        else:
            before_delete = [self._hook("hand over from", self._hand_over)]
        after_create: list[pulumi.ResourceHook | pulumi.ResourceHookFunction] = []
        if self.statement.kind is Kind.CREATE_MODEL:
            after_create.append(self._hook("ask the model of", self._ask_made_model))
        try_again = partial(self._try_again, get_engine())
        return pulumi.ResourceHookBinding(
            before_create=before_create,
            after_create=after_create,
            before_delete=before_delete,
            on_error=[pulumi.ErrorHook(f"wait for the rights of {self.purpose}", try_again)],
        )

    def _hook(self, action: str, run: Callable[[pulumi.ResourceHookArgs], Awaitable[None]]) -> pulumi.ResourceHook:
        return pulumi.ResourceHook(f"{action} {self.purpose}", run)

    async def _check(self, source: Source | None, args: pulumi.ResourceHookArgs) -> None:
        """Ask Flink first: a statement that it refuses would cost what the one it replaces has made.

        Flink can only be asked about what is there: not in a first preview, nor if what the statement uses changes too.
        """
        name, database = _statement_of(args.new_inputs)
        address, built_on = await pulumi.Output.all(self.session.address, list(self.built_on)).future() or (None, [])
        if not (address and isinstance(name, str) and isinstance(database, str)):
            return

        def ask() -> str | None:
            with connected(address, database) as flink:
                if source and not is_ready(flink, source, built_on):
                    return None
                return flink.objection(self.statement)

        objection = await in_thread(ask, f"Flink cannot be asked about {self.purpose}")
        if objection:
            raise HookError(f"sql/{self.purpose}.sql is refused by Flink: {objection}")

    async def _clear_leftovers(self, args: pulumi.ResourceHookArgs) -> None:
        """Remove a statement of this very name: an interrupted run made it and could not record it.

        Names carry a digest of the statement and of the ids it runs with, so nobody else's can be met here.
        """
        await self._clear(args.new_inputs)

    async def _clear(self, inputs: Mapping[str, Any] | None) -> None:
        name, database = _statement_of(inputs)
        address = await known_address(self.session.address)

        def clear() -> None:
            with connected(address, database) as flink:
                if flink.phase(name) is None:
                    return
                pulumi.log.info(f"removing statement {name}, which an interrupted run left behind")
                if self.statement.kind.makes:  # an INSERT may be PENDING for as long as the one it takes over from runs
                    flink.settle(name)
                self._drop(flink, name)
                flink.delete(name)

        await in_thread(clear, f"Statement {name} could not be prepared", RIGHTS_SECONDS)

    async def _try_again(self, engine: Any, args: pulumi.ErrorHookArgs) -> bool:
        """Ask for another attempt while rights are on their way, its name free: Flink keeps what failed.

        Also after a conflict: the way was clear, so the name is this creation's own, by a request whose reply was lost.
        """
        if not (_is_taken(args) or await wait_for_rights(args)):
            if self.statement.kind.makes and args.errors and _IS_THERE.search(args.errors[0]):
                _tell(engine, args.urn, explanation(self.purpose, self.statement))
            return False
        await self._clear(args.new_inputs)
        return True

    async def _drop_made(self, args: pulumi.ResourceHookArgs) -> None:
        name, database = _statement_of(args.old_inputs)
        last = self.session.last_up
        if self.statement.kind is Kind.CREATE_TABLE and (self.protect or last.protect):
            # Pulumi refuses too, but only after this hook would have dropped what it protects.
            raise HookError(
                f"Table {self.statement.target} is protected: set confluent-rag:protect to false and run `up` first."
            )
        address = await known_address(self.session.address)
        # A destroy of a stack whose settings have changed since its last up: what these ask for will never be made.
        address = address or last.address
        if address is None:
            pulumi.log.warn(
                f"what statement {name} made is not dropped, because no `up` of this stack has noted its Flink key:"
                " it goes with its cluster"
            )
            return
        failure = f"What statement {name} made could not be dropped"
        if await in_thread(lambda: self._drop_in(address, database, name), failure):
            return
        # Not there under the name it was made in: its cluster was renamed, or is gone together with all it held.
        try:
            renamed = await resolved(self.session.database, "the cluster's name")
        except HookError:
            return
        if renamed not in (None, database):
            await in_thread(lambda: self._drop_in(address, renamed, name), failure)

    async def _hand_over(self, args: pulumi.ResourceHookArgs) -> None:
        """Stop it where the one that takes over from it begins: deleted, it would leave that one no offsets."""
        name, database = _statement_of(args.old_inputs)
        # Not last's alone: its key may have been rotated in this very `up`.
        address = await known_address(self.session.address) or self.session.last_up.address
        if address is None:
            return

        def hand_over() -> None:
            with connected(address, database) as flink:
                if flink.phase(name) is None or not (followers := flink.followers(name)):
                    return
                pulumi.log.info(f"{', '.join(followers)} takes over from {name}")
                flink.stop(name)
                for follower in followers:
                    flink.start_of(follower)

        await in_thread(hand_over, f"Nothing takes over from statement {name}, which is stopped and kept")

    def _drop_in(self, address: Address, database: str, name: str) -> bool:
        try:
            with connected(address, database) as flink:
                self._drop(flink, name)
        except FlinkSqlError as error:
            if _MISSING.search(str(error)):
                return False
            raise
        return True

    def _drop(self, flink: FlinkSql, name: str) -> None:
        makes = self.statement.kind.makes
        if makes is None or flink.phase(name) == "FAILED":  # a failed CREATE made nothing: what is there is not ours
            return
        every_version = "$all" if makes == "MODEL" else ""
        flink.run_ddl(f"DROP {makes} IF EXISTS {quote(self.statement.target + every_version)}")

    async def _ask_made_model(self, args: pulumi.ResourceHookArgs) -> None:
        _, database = _statement_of(args.new_inputs)
        self.session.answers.ask(self.statement.target, database)

    async def _wait_for_models(self, args: pulumi.ResourceHookArgs) -> None:
        _, database = _statement_of(args.new_inputs)
        for model in sorted(self.statement.predicts_with):
            await self.session.answers.wait_for(model, database)

    async def _wait_for(self, source: Source, args: pulumi.ResourceHookArgs) -> None:
        _, database = _statement_of(args.new_inputs)
        address = await known_address(self.session.address)
        pulumi.log.info(f"waiting for the first record in `{source.table}`")
        await in_thread(lambda: wait_for(address, database, source), "The INSERT was not created")


def _tell(engine: Any, urn: str, sentence: str) -> None:
    """Log an error at a resource: ``pulumi.log`` asks for the resource itself, which is not there before it is made.

    ``engine``: as the program has it; a hook's thread may have none.
    """
    if engine is None:
        pulumi.log.error(sentence)
    else:
        engine.Log(engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=sentence, urn=urn))


def _is_taken(args: pulumi.ErrorHookArgs) -> bool:
    conflicts = [error for error in args.errors if "409 Conflict" in error]
    return args.failed_operation == "create" and args.errors[:1] == conflicts[:1] != [] and len(conflicts) <= _CONFLICTS


def _statement_of(inputs: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """Return name and database; in a preview either may be unknown, and then is no string."""
    known = inputs or {}
    properties = known["properties"]
    return known["statementName"], properties[DATABASE] if isinstance(properties, dict) else None
