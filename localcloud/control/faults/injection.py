"""The faults in force: what befalls a request, what is late, what fails. Gone with the next start."""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections import Counter
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from localcloud.control.faults.rules import EffectKind, Failing, HttpFault, Kill, Provisioning, RightsDelay
from localcloud.ids import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from localcloud.control.faults.rules import Effect, Rule

_log = logging.getLogger(__name__)


class Faults:
    """Rules, and the dice they are thrown with.

    What befalls the n-th call of an operation depends on the seed, the rule, the operation and n alone: threads that
    overtake each other do not change it.
    """

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.seed = 0
        self.is_closed = False
        self.kill: Callable[[str], None] = lambda _: None
        self._since = now()
        self._seen: Counter[object] = Counter()
        self._lock = threading.Lock()
        self._replaced = threading.Event()
        self._listeners: list[Callable[[], None]] = []

    def set(self, rules: Sequence[Rule], seed: int | None = None) -> None:
        """Put these in force instead of all others; a seed makes a run repeatable."""
        with self._lock:
            self.rules = tuple(rule for rule in rules if not isinstance(rule, Kill))
            self.seed = secrets.randbelow(1_000_000) if seed is None else seed
            self._since = now()
            self._seen.clear()
            self._replaced.set()
            self._replaced = threading.Event()
        for rule in rules:
            if isinstance(rule, Kill):
                self._later(rule.seconds, lambda rule=rule: self.kill(rule.process))  # type: ignore[misc]
        for listener in self._listeners:
            listener()

    def when_set(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called whenever the rules have changed."""
        self._listeners.append(listener)

    # Requests

    @property
    def meet_requests(self) -> bool:
        """Whether requests are to be looked at."""
        return any(isinstance(rule, HttpFault) for rule in self.rules)

    def effects(self, operation: str, matches: Callable[[str], bool]) -> list[Effect]:
        """Return what befalls a call of ``operation``: delays, and at most one other effect, the last.

        ``matches`` says whether it is what a rule is ``on``.
        """
        found: list[Effect] = []
        for place, rule in enumerate(self.rules):
            if not isinstance(rule, HttpFault) or not matches(rule.on):
                continue
            effect = self._throw(place, rule, operation)
            if effect is not None:
                found.append(effect)
                if effect.kind is not EffectKind.DELAY:
                    break
        return found

    def _throw(self, place: int, rule: HttpFault, operation: str) -> Effect | None:
        with self._lock:
            number = self._seen[place, operation]
            self._seen[place, operation] += 1
            if rule.first is not None:
                self._seen[place] += 1
                if self._seen[place] > rule.first:
                    return None
        dice = random.Random(f"{self.seed} {place} {operation} {number}")  # noqa: S311 - repeatable on purpose
        return dice.choice(rule.effects) if dice.random() < rule.share else None

    # Rights

    @property
    def rights_delay(self) -> float:
        """Seconds until a new role binding, ACL or API key takes effect (30 to 120 s in the cloud)."""
        return max((rule.seconds for rule in self.rules if isinstance(rule, RightsDelay)), default=0.0)

    def is_in_effect(self, created_at: datetime) -> bool:
        """Whether a right made then holds now."""
        return (
            not self.rights_delay
            or created_at < self._since
            or now() - created_at >= timedelta(seconds=self.rights_delay)
        )

    def when_in_effect(self, action: Callable[[], None]) -> None:
        """Run ``action`` again when what was made just now takes effect, if that is later than now."""
        if self.rights_delay:
            self._later(self.rights_delay + 0.05, action)

    # Provisioning, failing

    def provisioning_seconds(self, kind: str) -> float:
        """How long something of this kind takes, at least, until it can be used."""
        return max(
            (rule.seconds for rule in self.rules if isinstance(rule, Provisioning) and rule.of == kind), default=0.0
        )

    def is_provisioning(self, kind: str, created_at: datetime) -> bool:
        """Whether what was made then cannot be used yet."""
        seconds = self.provisioning_seconds(kind)
        return bool(seconds) and created_at >= self._since and now() - created_at < timedelta(seconds=seconds)

    def provision(self, kind: str) -> None:
        """Take that time, or until the rules change."""
        self._replaced.wait(self.provisioning_seconds(kind))

    def failing(self, kind: str, name: str, identity: str) -> Failing | None:
        """Return the rule by which this connector or statement goes bad; ``identity`` tells namesakes apart."""
        for place, rule in enumerate(self.rules):
            if isinstance(rule, Failing) and rule.of == kind and fnmatchcase(name, rule.name):
                with self._lock:
                    is_new = not self._seen[place, identity]
                    if is_new and rule.first is not None and self._seen[place] >= rule.first:
                        continue
                    self._seen[place] += is_new
                    self._seen[place, identity] = 1
                return rule
        return None

    def close(self) -> None:
        """Let go of what waits."""
        self.is_closed = True
        self._replaced.set()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        def act() -> None:
            if not self.is_closed:
                action()

        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
