"""What happens beside creating and deleting a statement, because Flink's API does not do it.

Deleting a CREATE statement drops nothing, and an INSERT whose source table is not there yet fails for good. Pulumi's
resource hooks run at the right moments. A delete hook needs the program: ``pulumi destroy --run-program``.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import get_engine

from components.flink_sql import FlinkSql, FlinkSqlError, quote
from components.forgotten import explanation
from components.patience import PAUSES
from components.sql_text import Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from components.flink_address import Address
    from components.flink_session import FlinkSession
    from components.sql_text import Statement

DATABASE = "sql.current-database"
RESOLVE_SECONDS = 60.0
SOURCE_SECONDS = 300.0
RIGHTS_SECONDS = 180.0
_MISSING = re.compile(r"does ?n[o']t exist|not found|no such|unknown (database|catalog)", re.IGNORECASE)
_RIGHTS_POLL_SECONDS = 2.0
_REFUSED_PAUSE_SECONDS = 5.0  # longer: each attempt is a new object, and a warning on the screen
_CONFLICTS = 3
_IS_THERE = re.compile(r"^(?!.*409 Conflict).*already exists", re.DOTALL)  # the table or model, not the statement
_CLEARING = threading.Lock()
_CLEARED_POOLS: set[str] = set()  # of this process, which lives for one `up` or `destroy`
_REFUSED = re.compile(r"'40[13]' - ")  # in the driver's words
# Refused by the API; or by Kafka and the Schema Registry, by which a statement fails.
_NO_RIGHTS = re.compile(
    r"\b(401 Unauthorized|403 Forbidden|[Nn]ot authorized|[Aa]uthorization failed|is denied operation)\b|' may not "
)


class HookError(Exception):
    """Why a hook stopped its operation: one sentence.

    Pulumi shows the stack frames of a hook's exception to the user, who needs the sentence alone.
    """

    @property
    def __traceback__(self) -> None:  # type: ignore[override]
        return None


@dataclass(frozen=True, kw_only=True)
class Source:
    """The table that an INSERT reads: ready when it shows ``columns``, which ``connector``'s first record brings."""

    table: str
    columns: tuple[str, ...]
    connector: str


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
            before_create.append(self._hook("ask the model of", self._ask_model))
        if source:
            before_create.append(self._hook("wait for the source of", lambda args: self._wait_for(source, args)))
        if self.statement.kind.makes:
            before_delete = [self._hook("drop what was made by", self._drop_made)]
        else:
            before_delete = [self._hook("hand over from", self._hand_over)]
        try_again = partial(self._try_again, get_engine())
        return pulumi.ResourceHookBinding(
            before_create=before_create,
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
            with _connected(address, database) as flink:
                if source and not _is_ready(flink, source, built_on):
                    return None
                return flink.objection(self.statement)

        objection = await _in_thread(ask, f"Flink cannot be asked about {self.purpose}")
        if objection:
            raise HookError(f"sql/{self.purpose}.sql is refused by Flink: {objection}")

    async def _clear_leftovers(self, args: pulumi.ResourceHookArgs) -> None:
        """Remove a statement of this very name: an interrupted run made it and could not record it.

        Names carry a digest of the statement and of the ids it runs with, so nobody else's can be met here.
        """
        await self._clear(args.new_inputs)

    async def _clear(self, inputs: Mapping[str, Any] | None) -> None:
        name, database = _statement_of(inputs)
        address = await _resolved(self.session.address, "the Flink endpoint and key")

        def clear() -> None:
            with _connected(address, database) as flink:
                if flink.phase(name) is None:
                    return
                pulumi.log.info(f"removing statement {name}, which an interrupted run left behind")
                if self.statement.kind.makes:  # an INSERT may be PENDING for as long as the one it takes over from runs
                    flink.settle(name)
                self._drop(flink, name)
                flink.delete(name)

        await _in_thread(clear, f"Statement {name} could not be prepared", RIGHTS_SECONDS)

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
        address = await _resolved(self.session.address, "the Flink endpoint and key")
        # A destroy of a stack whose settings have changed since its last up: what these ask for will never be made.
        address = address or last.address
        if address is None:
            pulumi.log.warn(
                f"what statement {name} made is not dropped, because no `up` of this stack has noted its Flink key:"
                " it goes with its cluster"
            )
            return
        failure = f"What statement {name} made could not be dropped"
        if await _in_thread(lambda: self._drop_in(address, database, name), failure):
            return
        # Not there under the name it was made in: its cluster was renamed, or is gone together with all it held.
        try:
            renamed = await _resolved(self.session.database, "the cluster's name")
        except HookError:
            return
        if renamed not in (None, database):
            await _in_thread(lambda: self._drop_in(address, renamed, name), failure)

    async def _hand_over(self, args: pulumi.ResourceHookArgs) -> None:
        """Stop it where the one that takes over from it begins: deleted, it would leave that one no offsets."""
        name, database = _statement_of(args.old_inputs)
        # Not last's alone: its key may have been rotated in this very `up`.
        address = await _resolved(self.session.address, "the Flink endpoint and key") or self.session.last_up.address
        if address is None:
            return

        def hand_over() -> None:
            with _connected(address, database) as flink:
                if flink.phase(name) is None or not (followers := flink.followers(name)):
                    return
                pulumi.log.info(f"{', '.join(followers)} takes over from {name}")
                flink.stop(name)
                for follower in followers:
                    flink.start_of(follower)

        await _in_thread(hand_over, f"Nothing takes over from statement {name}, which is stopped and kept")

    def _drop_in(self, address: Address, database: str, name: str) -> bool:
        try:
            with _connected(address, database) as flink:
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

    async def _ask_model(self, args: pulumi.ResourceHookArgs) -> None:
        """Have the model answer before a statement depends on it: one whose provider refuses fails after its creation.

        Nobody would be told then: it is created all right.
        """
        _, database = _statement_of(args.new_inputs)
        address = await _resolved(self.session.address, "the Flink endpoint and key")

        def ask() -> None:
            with _connected(address, database) as flink:
                for model in sorted(self.statement.predicts_with):
                    flink.predict(model)

        await _in_thread(ask, "The INSERT was not created")

    async def _wait_for(self, source: Source, args: pulumi.ResourceHookArgs) -> None:
        _, database = _statement_of(args.new_inputs)
        address = await _resolved(self.session.address, "the Flink endpoint and key")
        pulumi.log.info(f"waiting for the first record in `{source.table}`")
        await _in_thread(lambda: _poll_source(address, database, source), "The INSERT was not created")


@contextmanager
def _connected(address: Address, database: str) -> Iterator[FlinkSql]:
    """Connect; the first hook of a run, while the others wait, removes what those of a killed one have left."""
    in_preview = pulumi.runtime.is_dry_run()
    with FlinkSql.connect(address, database, in_preview=in_preview) as flink:
        pool = address.compute_pool_id
        if not in_preview and pool not in _CLEARED_POOLS:
            with _CLEARING:
                if pool not in _CLEARED_POOLS and flink.remove_leftovers(pool):
                    _CLEARED_POOLS.add(pool)
        yield flink


def _poll_source(address: Address, database: str, source: Source) -> None:
    started, pause, seen = time.monotonic(), 0.25, "the table is not there"
    while True:
        try:
            with _connected(address, database) as flink:
                missing = sorted(set(source.columns) - set(flink.columns(source.table)))
            if not missing:
                return
            seen = f"the table has no column {', '.join(missing)}"
        except FlinkSqlError as error:
            seen = str(error)
        if time.monotonic() - started > SOURCE_SECONDS:
            raise FlinkSqlError(
                f"no record with its schema in `{source.table}` after {SOURCE_SECONDS:.0f} s ({seen}); "
                f"look at connector {source.connector}"
            )
        time.sleep(pause)
        pause = min(pause * 1.5, 5.0)


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


async def wait_for_key(session: FlinkSession, what: str) -> None:
    """Wait until Flink lets the stack's key in: 60 s on Confluent Cloud, silent where an error hook would warn."""
    address = await _resolved(session.address, "the Flink endpoint and key")

    def ask() -> None:
        with _connected(address, "") as flink:
            flink.phase(what)

    await _in_thread(ask, f"Flink does not let in the key that makes {what}", RIGHTS_SECONDS)


async def wait_for_rights(args: pulumi.ErrorHookArgs) -> bool:
    """Ask for another attempt while a freshly granted right may still be on its way: 30 to 120 s on Confluent Cloud."""
    pause = _REFUSED_PAUSE_SECONDS
    latest = args.errors[0] if args.errors else ""
    if args.failed_operation != "create" or not _NO_RIGHTS.search(latest) or len(args.errors) * pause > RIGHTS_SECONDS:
        return False
    await asyncio.sleep(pause)
    return True


def _statement_of(inputs: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """Return name and database; in a preview either may be unknown, and then is no string."""
    known = inputs or {}
    properties = known["properties"]
    return known["statementName"], properties[DATABASE] if isinstance(properties, dict) else None


def _is_ready(flink: FlinkSql, source: Source, built_on: Sequence[str]) -> bool:
    if any(flink.phase(statement) is None for statement in built_on):
        return False
    try:
        return set(source.columns) <= set(flink.columns(source.table))
    except FlinkSqlError:
        return False


async def _resolved(output: pulumi.Output[Any], what: str) -> Any:
    """Await an output, for a bounded time: in a replacement it may itself wait for what the hook is holding up."""
    try:
        return await asyncio.wait_for(asyncio.shield(output.future()), RESOLVE_SECONDS)
    except TimeoutError:
        raise HookError(f"{what[0].upper()}{what[1:]} did not become known within {RESOLVE_SECONDS:.0f} s.") from None


async def _in_thread(run: Callable[[], Any], failure: str, rights_seconds: float = 0) -> Any:
    """Run what blocks and may be done twice: again after what passes, and for ``rights_seconds`` after a refusal.

    That may be a right or a key that is still on its way.
    """
    started, pauses = time.monotonic(), iter(PAUSES)
    while True:
        try:
            return await asyncio.to_thread(run)
        except FlinkSqlError as error:
            is_early = _REFUSED.search(str(error)) and time.monotonic() - started <= rights_seconds
            pause = next(pauses, None) if error.passes else _RIGHTS_POLL_SECONDS if is_early else None
            if pause is None:
                raise HookError(f"{failure}: {error}.") from None
        await asyncio.sleep(pause)
