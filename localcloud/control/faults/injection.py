"""The fault rules in force: effects on requests, delays, failures. Not persisted: a restart clears them."""

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
    """Fault rules and the seeded random draws that decide which requests they affect.

    The effect on the n-th call of an operation depends only on the seed, the rule, the operation and n. So a run is
    repeatable, whatever order threads run in.
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
        """Replace all rules; ``seed`` makes a run repeatable (``None``: a random one)."""
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
        """Call ``listener`` after every change of the rules."""
        self._listeners.append(listener)

    # Requests

    @property
    def has_http_faults(self) -> bool:
        """Whether any rule affects requests: if not, the middleware skips them."""
        return any(isinstance(rule, HttpFault) for rule in self.rules)

    def effects(self, operation: str, matches: Callable[[str], bool]) -> list[Effect]:
        """Return the effects on a call of ``operation``: delays, then at most one other effect.

        ``matches`` tells whether a rule's ``on`` names the call.
        """
        found: list[Effect] = []
        for position, rule in enumerate(self.rules):
            if not isinstance(rule, HttpFault) or not matches(rule.on):
                continue
            effect = self._draw_effect(position, rule, operation)
            if effect is not None:
                found.append(effect)
                if effect.kind is not EffectKind.DELAY:
                    break
        return found

    def _draw_effect(self, position: int, rule: HttpFault, operation: str) -> Effect | None:
        with self._lock:
            number = self._seen[position, operation]
            self._seen[position, operation] += 1
            if rule.first is not None:
                self._seen[position] += 1
                if self._seen[position] > rule.first:
                    return None
        # Seeded by the request, not drawn in a sequence: concurrent requests cannot change each other's outcome.
        dice = random.Random(f"{self.seed} {position} {operation} {number}")  # noqa: S311 - repeatable on purpose
        return dice.choice(rule.effects) if dice.random() < rule.share else None

    # Rights

    @property
    def rights_delay(self) -> float:
        """Seconds until a new role binding, ACL or API key takes effect (30 to 120 s in the cloud)."""
        return max((rule.seconds for rule in self.rules if isinstance(rule, RightsDelay)), default=0.0)

    def is_in_effect(self, created_at: datetime) -> bool:
        """Whether a right created at that time is in effect now."""
        return (
            not self.rights_delay
            or created_at < self._since
            or now() - created_at >= timedelta(seconds=self.rights_delay)
        )

    def when_in_effect(self, action: Callable[[], None]) -> None:
        """Run ``action`` when a right created now takes effect; not at all without ``rights-delay``."""
        if self.rights_delay:
            # A moment late on purpose: the right must be in effect when the action looks.
            self._later(self.rights_delay + 0.05, action)

    # Provisioning, failing

    def provisioning_seconds(self, kind: str) -> float:
        """Minimum seconds from creation until a resource of this kind is ready."""
        return max(
            (rule.seconds for rule in self.rules if isinstance(rule, Provisioning) and rule.of == kind), default=0.0
        )

    def is_provisioning(self, kind: str, created_at: datetime) -> bool:
        """Whether a resource created at that time is not ready yet."""
        seconds = self.provisioning_seconds(kind)
        return bool(seconds) and created_at >= self._since and now() - created_at < timedelta(seconds=seconds)

    def provision(self, kind: str) -> None:
        """Sleep for the provisioning delay; a change of the rules ends the sleep."""
        self._replaced.wait(self.provisioning_seconds(kind))

    def failing(self, kind: str, name: str, identity: str) -> Failing | None:
        """Return the rule that makes this connector or statement fail; ``identity`` tells namesakes apart."""
        for position, rule in enumerate(self.rules):
            if isinstance(rule, Failing) and rule.of == kind and fnmatchcase(name, rule.name):
                with self._lock:
                    is_new = not self._seen[position, identity]
                    if is_new and rule.first is not None and self._seen[position] >= rule.first:
                        continue
                    self._seen[position] += is_new
                    self._seen[position, identity] = 1
                return rule
        return None

    def close(self) -> None:
        """Wake sleeping threads; timers that fire later do nothing."""
        self.is_closed = True
        self._replaced.set()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        def act() -> None:
            if not self.is_closed:
                action()

        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
