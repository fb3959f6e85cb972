"""What a command line for `pulumi` asks for, as far as the front door must know."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from toolchain.frontdoor.hall.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALIASES = {"update": "up", "pre": "preview", "down": "destroy", "dn": "destroy"}
_NEED_CLOUD = frozenset({"up", "preview", "refresh", "destroy", "import", "watch"})
_CHANGE_STATE = frozenset({"up", "preview", "refresh", "destroy", "import"})
_MAKE_OR_DELETE = frozenset({"up", "destroy"})
_USE_STACK = _NEED_CLOUD | {"config", "stack", "state", "logs", "cancel", "console", "env"}
_REMOVE_A_STACK = frozenset({"rm", "remove", "delete"})
_NAME_A_STACK = _REMOVE_A_STACK | {"select", "init"}
_CHOOSE_A_STACK = _NAME_A_STACK | {"unselect", "rename"}
_SPARE_SOME = frozenset(
    {"-t", "--target", "-x", "--exclude", "--exclude-protected", "--ignore-protect", "--preview-only"}
)
DELETE_ORPHANS = "--delete-orphans"
"""A flag of `pulumiw` itself: what a failed command made and did not hear of is deleted, also on Confluent Cloud."""

_STACK = ("-s", "--stack")
# Other flags (global ones, and those of the commands that the front door reads) that are followed by a value.
_WITH_VALUE = (
    ("-C", "--cwd"),
    ("-v", "--verbose"),
    *((name,) for name in ("--color", "--memprofilerate", "--profiling", "--tracing", "--otel-traces")),
    *((name,) for name in ("--copy-config-from", "--secrets-provider", "--config-file", "--remote-git-url")),
    ("--event-log",),
)
_TARGETS = frozenset({"-t", "--target", "-x", "--exclude"})


def _parsed(arguments: Sequence[str], *flags: tuple[str, ...]) -> tuple[dict[str, list[str] | None], list[str]]:
    """Return the values that ``flags`` have before a ``--``, by their last spelling, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for names in flags:
        parser.add_argument(*names, action="append", dest=names[-1])
    own = _before_dashes(arguments)
    try:
        values, others = parser.parse_known_args(own)
    except argparse.ArgumentError as error:
        name = str(error.argument_name).rpartition("/")[2]
        raise Failure(f"{name} has no value: write {name}=VALUE, also for a value that begins with -.") from None
    return vars(values), [*others, *arguments[len(own) :]]


def _before_dashes(arguments: Sequence[str]) -> list[str]:
    return list(takewhile(lambda argument: argument != "--", arguments))


def several_stacks(arguments: Sequence[str]) -> list[str]:
    """Return every stack that the flags name, in their order."""
    return _parsed(arguments, _STACK)[0]["--stack"] or []


def without_stacks(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without the flags that name stacks."""
    return _parsed(arguments, _STACK)[1]


@dataclass(frozen=True)
class Request:
    """A command line for `pulumi`."""

    arguments: tuple[str, ...]

    @cached_property
    def _flags(self) -> list[str]:
        return _before_dashes(self.arguments)

    @cached_property
    def _values(self) -> dict[str, list[str] | None]:
        return _parsed(self._flags, _STACK, *_WITH_VALUE)[0]

    @cached_property
    def _words(self) -> list[str]:
        """The arguments that are neither flags nor values of flags."""
        others = _parsed(self._flags, _STACK, *_WITH_VALUE)[1]
        return [argument for argument in others if not argument.startswith("-")]

    @property
    def _names(self) -> set[str]:
        """The names of the flags: ``--target`` of ``--target=URN``."""
        return {argument.split("=", 1)[0] for argument in self._flags}

    @property
    def command(self) -> str:
        """The command by its usual name; empty without one."""
        first = next(iter(self._words), "")
        return _ALIASES.get(first, first)

    @property
    def subcommand(self) -> str:
        """The word after the command; empty without one."""
        return next(iter(self._words[1:]), "")

    @property
    def asks_for_help(self) -> bool:
        """Whether it only prints help."""
        return self.command in {"", "help"} or not {"-h", "--help"}.isdisjoint(self.arguments)

    @property
    def stack(self) -> str | None:
        """The stack that the arguments name."""
        if named := self._values["--stack"]:
            return named[0]
        is_named = self.command == "stack" and self.subcommand in _NAME_A_STACK
        return next(iter(self._words[2:]), None) if is_named else None

    @property
    def makes_stack(self) -> bool:
        """Whether it makes a stack itself, or could."""
        return self.command == "new" or (self.command == "stack" and self.subcommand in {"init", "select", "ls"})

    @property
    def chooses_stack(self) -> bool:
        """Whether another stack may be the selected one afterwards."""
        return self.command == "stack" and self.subcommand in _CHOOSE_A_STACK

    @property
    def uses_stack(self) -> bool:
        """Whether it works on a stack that must exist."""
        return self.command in _USE_STACK and not self.makes_stack and not self.asks_for_help

    @property
    def needs_cloud(self) -> bool:
        """Whether it talks to the cloud."""
        return self.command in _NEED_CLOUD and not self.asks_for_help

    @property
    def meets_state(self) -> bool:
        """Whether it is held up by what a killed command left in the state."""
        return self.command in _CHANGE_STATE and not self.asks_for_help

    @property
    def makes_or_deletes(self) -> bool:
        """Whether it makes or deletes objects on the cloud."""
        return self.command in _MAKE_OR_DELETE and not self.asks_for_help and not self._logs_events

    @property
    def destroys_all(self) -> bool:
        """Whether it deletes a whole stack, whatever is protected in it."""
        return self.command == "destroy" and not self.asks_for_help and not self._names & _SPARE_SOME

    @property
    def asks(self) -> bool:
        """Whether a person is asked before anything is changed."""
        return {"-y", "--yes"}.isdisjoint(self.arguments)

    @property
    def refreshes(self) -> bool:
        """Whether an `up` reads every object first."""
        return bool({"-r", "--refresh"} & self._names) and "--refresh=false" not in self._flags

    @property
    def chooses_targets(self) -> bool:
        """Whether it says itself which resources it is about."""
        return bool(_TARGETS & (self._names | {flag[:2] for flag in self._flags}))  # -tURN

    @property
    def _logs_events(self) -> bool:
        return self._values["--event-log"] is not None

    @property
    def deletes_orphans(self) -> bool:
        """Whether a person gives the word to delete what a failed command made and did not hear of."""
        return DELETE_ORPHANS in self._flags

    @property
    def removes_stack(self) -> bool:
        """Whether Pulumi deletes the stack's settings file when all is done, unless it is kept from it."""
        return self.command == "destroy" and not {"--remove", "--remove=true"}.isdisjoint(self._flags)

    def for_pulumi(self) -> list[str]:
        """Return the arguments as `pulumi` gets them.

        `stack rm` leaves the stack's settings file, which is committed, unless it is told otherwise.
        """
        flags = [argument for argument in self._flags if argument != DELETE_ORPHANS]
        rest = self.arguments[len(self._flags) :]
        if self.asks_for_help:
            return [*flags, *rest]
        if self.command == "stack" and self.subcommand in _REMOVE_A_STACK and "--preserve-config" not in self._names:
            flags.append("--preserve-config")
        return [*flags, *rest]
