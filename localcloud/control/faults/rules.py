"""Fault rules: one model per kind of fault, read from JSON or from the command line (``cmk.clusters.create=503``)."""

from __future__ import annotations

import difflib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, TypeAdapter, ValidationError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_SECONDS = 3600.0
LARGEST_SEED = (1 << 53) - 1  # what every JSON reader takes
CLOUD_LIKE = {"cluster": 30.0, "pool": 60.0, "connector": 150.0, "statement": 5.0}
"""Approximate seconds from creation until ready in Confluent Cloud, by kind."""

Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]
_HTTP = "SERVICE.COLLECTION.VERB=EFFECT, such as cmk.clusters.create=503@10%"
USAGE = (
    f"write {_HTTP}; rights-delay=SECONDS; provisioning=cloud-like or provisioning.cluster=SECONDS;"
    " connector.NAME=FAILED; statement.NAME=DEGRADED; kill=PROCESS, such as kill=flink;"
    " seed=NUMBER; or none"
)


class FaultError(ValueError):
    """Invalid text of a fault; ``str()`` is one sentence with what to write instead."""


class EffectKind(StrEnum):
    """What is done to a request, or to its response."""

    STATUS = "status"
    DELAY = "delay"
    DROP = "drop"
    LOST_REPLY = "lost-reply"
    HANG = "hang"
    GARBAGE = "garbage"


class Effect(BaseModel):
    """``status`` with ``seconds`` in Retry-After, or a ``delay`` of ``seconds``; other kinds use neither field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EffectKind
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    seconds: Seconds = 1

    @classmethod
    def parse(cls, word: str) -> Effect:
        """Read ``503``, ``429:5``, ``delay:2``, ``drop``, ``lost-reply``, ``hang``, ``garbage``."""
        name, _, number = word.partition(":")
        try:
            seconds = float(number) if number else 1.0
            if re.fullmatch(r"[45]\d\d", name):
                return cls(kind=EffectKind.STATUS, status=int(name), seconds=seconds)
            if number and name != EffectKind.DELAY:
                raise FaultError
            return cls(kind=EffectKind(name), seconds=seconds)
        except ValueError:
            raise FaultError(
                f"{word!r} is no effect: write a status (429, 429:5 with Retry-After, 500, 503), delay:SECONDS, drop,"
                " lost-reply, hang or garbage."
            ) from None

    @property
    def text(self) -> str:
        """The effect as written on the command line."""
        if self.kind is EffectKind.STATUS:
            return str(self.status) if self.seconds == 1 else f"{self.status}:{self.seconds:g}"
        return f"delay:{self.seconds:g}" if self.kind is EffectKind.DELAY else self.kind.value


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpFault(_Rule):
    """Applies one of ``effects`` to a ``share`` (0 to 1) of the requests that ``on`` names, or to ``first`` of them."""

    kind: Literal["http"] = "http"
    on: Annotated[str, Field(min_length=1)]
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    first: Annotated[int, Field(ge=1)] | None = None

    @property
    def text(self) -> str:
        """The words for it."""
        how_often = f"@{self.first}" if self.first else "" if self.share == 1 else f"@{self.share * 100:g}%"
        return f"{self.on}={','.join(effect.text for effect in self.effects)}{how_often}"


class RightsDelay(_Rule):
    """New role bindings, ACLs and API keys take effect ``seconds`` late."""

    kind: Literal["rights-delay"] = "rights-delay"
    seconds: Seconds

    @property
    def text(self) -> str:
        """The words for it."""
        return f"rights-delay={self.seconds:g}"


class Provisioning(_Rule):
    """Resources of the kind ``of`` are ready ``seconds`` after their creation at the earliest."""

    kind: Literal["provisioning"] = "provisioning"
    of: Literal["cluster", "pool", "connector", "statement"]
    seconds: Seconds

    @property
    def text(self) -> str:
        """The words for it."""
        return f"provisioning.{self.of}={self.seconds:g}"


class Failing(_Rule):
    """Connectors or statements whose name matches fail or degrade; with ``first`` only so many of them."""

    kind: Literal["failing"] = "failing"
    of: Literal["connector", "statement"]
    name: Annotated[str, Field(min_length=1)]
    state: Literal["FAILED", "DEGRADED"]
    first: Annotated[int, Field(ge=1)] | None = None

    @property
    def text(self) -> str:
        """The words for it."""
        return f"{self.of}.{self.name}={self.state}" + (f"@{self.first}" if self.first else "")


Killed = Literal["kafka", "flink", "connect", "mongodb", "elasticsearch", "neo4j", "pinecone", "qdrant", "milvus"]


class Kill(_Rule):
    """The processes of Kafka, Flink, Kafka Connect or a store's server are killed, ``seconds`` from now."""

    kind: Literal["kill"] = "kill"
    process: Killed
    seconds: Seconds = 0

    @property
    def text(self) -> str:
        """The words for it."""
        return f"kill={self.process}" + (f":{self.seconds:g}" if self.seconds else "")


Rule = HttpFault | RightsDelay | Provisioning | Failing | Kill
_SETTINGS = ("rights-delay", "provisioning", "kill", "seed", "none")


def parse(words: str) -> list[Rule]:
    """Read one fault from the command line; :class:`FaultError` says what to write instead."""
    name, equals, value = words.strip().rpartition("=")
    if not equals or not name or not value:
        raise FaultError(f"{words!r} is no fault: {USAGE}.")
    if name == "rights-delay":
        seconds = _seconds(name, value)
        return [RightsDelay(seconds=seconds)] if seconds else []
    if name == "kill":
        return [_kill(value)]
    if name.partition(".")[0] == "provisioning":
        return _provisioning(name, value)
    value, _, limit = value.partition("@")
    of, _, which = name.partition(".")
    if which and value.upper() in {"FAILED", "DEGRADED"}:
        return [_failing(of, which, value.upper(), limit)]
    if near := difflib.get_close_matches(name, _SETTINGS, 1):
        raise FaultError(f"{words} is no fault: did you mean {near[0]}? {USAGE[0].upper()}{USAGE[1:]}.")
    effects = tuple(Effect.parse(word) for word in value.split(","))
    return [HttpFault(on=name, effects=effects, **_how_often(limit))]


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise FaultError(f"{name}={value} is no time: write {name}=SECONDS, 0 to {LONGEST_SECONDS:.0f}.")
    return seconds


def _how_often(limit: str) -> dict[str, Any]:
    if not limit:
        return {}
    number = limit.removesuffix("%")
    try:
        if limit.endswith("%") and 0 < float(number) <= 100:  # noqa: PLR2004 - per cent
            return {"share": float(number) / 100}
        if not limit.endswith("%") and int(number) > 0:
            return {"first": int(number)}
    except ValueError:
        pass
    raise FaultError(f"@{limit} is no measure: write @10% for a tenth of the requests, or @3 for the first three.")


def _kill(value: str) -> Kill:
    process, _, seconds = value.partition(":")
    if process not in get_args(Killed):
        raise FaultError(
            f"kill={value} kills nothing: write kill= and one of {', '.join(get_args(Killed))}, and kill=flink:10 for"
            " in 10 s."
        )
    return Kill(process=cast("Killed", process), seconds=_seconds("kill", seconds or "0"))


def _provisioning(name: str, value: str) -> list[Rule]:
    kind = name.partition(".")[2]
    if not kind and value in {"instant", "cloud-like"}:
        times = CLOUD_LIKE if value == "cloud-like" else {}
        return [Provisioning.model_validate({"of": of, "seconds": seconds}) for of, seconds in times.items()]
    if kind not in CLOUD_LIKE:
        kinds = " or ".join(f"provisioning.{known}=SECONDS" for known in CLOUD_LIKE)
        raise FaultError(f"{name}={value} provisions nothing: write provisioning=instant, =cloud-like, or {kinds}.")
    return [Provisioning.model_validate({"of": kind, "seconds": _seconds(name, value)})]


def _failing(of: str, name: str, state: str, limit: str) -> Failing:
    how_often = _how_often(limit)
    if of not in {"connector", "statement"} or "share" in how_often:
        raise FaultError(
            f"{of}.{name}={state} fails nothing: write connector.NAME={state} or statement.NAME={state} (* matches any"
            f" part of a name), and {state}@1 for only the first."
        )
    return Failing.model_validate({"of": of, "name": name, "state": state, **how_often})


_RULE: TypeAdapter[Rule] = TypeAdapter(Annotated[Rule, Discriminator("kind")])


def read(given: Sequence[object]) -> tuple[list[Rule], int | None]:
    """Return (rules, seed) from JSON objects and command line words; :class:`FaultError` for an invalid one."""
    rules: list[Rule] = []
    seed: int | None = None
    for one in given:
        if one == "none":
            continue
        if isinstance(one, str) and one.startswith("seed="):
            seed = _seed(one)
        elif isinstance(one, str):
            rules += parse(one)
        else:
            rules.append(_from_object(one))
    return rules, seed


def _seed(words: str) -> int:
    number = words.partition("=")[2]
    if not number.isdecimal() or int(number) > LARGEST_SEED:
        raise FaultError(f"{words} is no seed: write seed=NUMBER, such as seed=7.")
    return int(number)


def _from_object(given: object) -> Rule:
    try:
        return _RULE.validate_python(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "a fault"
        raise FaultError(f"{place}: {first['msg']}; as words, {USAGE}.") from None
