"""What a command line for `pulumi` asks for, as far as the front door must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

# Flags (global ones, and those of the sub-commands of `stack`) that are followed by a value of their own.
_WITH_VALUE = frozenset(
    {"-C", "--cwd", "--color", "--memprofilerate", "--profiling", "--tracing", "-v", "--verbose", "--otel-traces"}
    | {"-s", "--stack", "--copy-config-from", "--secrets-provider", "--config-file", "--remote-git-url"}
)


def flag_value(arguments: Sequence[str], *names: str) -> str | None:
    """Return the value of a flag in any of its spellings: ``--name X``, ``--name=X``, ``-n X``, ``-n=X``, ``-nX``."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            return None
        if argument in names:
            return arguments[place + 1] if place + 1 < len(arguments) else None
        for name in names:
            if argument.startswith(f"{name}="):
                return argument[len(name) + 1 :]
            is_short = len(name) == len("-s")
            if is_short and argument.startswith(name) and not argument.startswith("--"):
                return argument[len(name) :]
    return None


def words(arguments: Sequence[str]) -> list[str]:
    """Return the arguments that are neither flags nor values of flags."""
    found: list[str] = []
    skip = False
    for argument in arguments:
        if argument == "--":
            break
        if skip:
            skip = False
        elif argument.startswith("-"):
            skip = argument in _WITH_VALUE
        else:
            found.append(argument)
    return found


_STACK_FLAGS = ("--stack", "-s")


def _split_stacks(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    stacks: list[str] = []
    others: list[str] = []
    left = list(arguments)
    while left and left[0] != "--":
        argument = left.pop(0)
        if argument in _STACK_FLAGS and left:
            stacks.append(left.pop(0))
        elif argument in _WITH_VALUE and left:
            others += [argument, left.pop(0)]
        elif value := flag_value([argument], *_STACK_FLAGS):
            stacks.append(value)
        else:
            others.append(argument)
    return stacks, others + left


def several_stacks(arguments: Sequence[str]) -> list[str]:
    """Return every stack that the flags name, in their order."""
    return _split_stacks(arguments)[0]


def without_stacks(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without the flags that name stacks."""
    return _split_stacks(arguments)[1]


@dataclass(frozen=True)
class Request:
    """A command line for `pulumi`."""

    arguments: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command by its usual name; empty without one."""
        first = words(self.arguments)[:1]
        return _ALIASES.get(first[0], first[0]) if first else ""

    @property
    def subcommand(self) -> str:
        """The word after the command; empty without one."""
        return (words(self.arguments)[1:2] or [""])[0]

    @property
    def asks_for_help(self) -> bool:
        """Whether it only prints help."""
        return self.command in {"", "help"} or bool({"-h", "--help"} & set(self.arguments))

    @property
    def stack(self) -> str | None:
        """The stack that the arguments name."""
        named = flag_value(self.arguments, "--stack", "-s")
        if named is None and self.command == "stack" and self.subcommand in _NAME_A_STACK:
            named = next(iter(words(self.arguments)[2:3]), None)
        return named

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
        flags = {argument.split("=", 1)[0] for argument in self.arguments}
        return self.command == "destroy" and not self.asks_for_help and not flags & _SPARE_SOME

    @property
    def asks(self) -> bool:
        """Whether a person is asked before anything is changed."""
        return not {"-y", "--yes"} & set(self.arguments)

    @property
    def refreshes(self) -> bool:
        """Whether an `up` reads every object first."""
        return flag_value(self.arguments, "--refresh") not in {None, "false"} or bool(
            {"-r", "--refresh"} & set(self.arguments)
        )

    @property
    def chooses_targets(self) -> bool:
        """Whether it says itself which resources it is about."""
        return any(flag_value(self.arguments, *names) for names in (("-t", "--target"), ("-x", "--exclude")))

    @property
    def _logs_events(self) -> bool:
        return flag_value(self.arguments, "--event-log") is not None

    @property
    def deletes_orphans(self) -> bool:
        """Whether a person gives the word to delete what a failed command made and did not hear of."""
        return DELETE_ORPHANS in self._flags

    @property
    def removes_stack(self) -> bool:
        """Whether Pulumi deletes the stack's settings file when all is done, unless it is kept from it."""
        return self.command == "destroy" and bool({"--remove", "--remove=true"} & set(self._flags))

    @property
    def _flags(self) -> tuple[str, ...]:
        given = self.arguments
        return given[: given.index("--")] if "--" in given else given

    def for_pulumi(self) -> list[str]:
        """Return the arguments as `pulumi` gets them.

        `stack rm` leaves the stack's settings file, which is committed, unless it is told otherwise.
        """
        flags = [argument for argument in self._flags if argument != DELETE_ORPHANS]
        rest = self.arguments[len(self._flags) :]
        names = {flag.split("=", 1)[0] for flag in flags}
        if self.asks_for_help:
            return [*flags, *rest]
        if self.command == "stack" and self.subcommand in _REMOVE_A_STACK and "--preserve-config" not in names:
            flags.append("--preserve-config")
        return [*flags, *rest]
