"""Answers that are kept for a while."""

from __future__ import annotations

import threading

from localcloud.control.core.kept import Kept


def test_an_answer_is_kept_for_its_time_and_its_question() -> None:
    answers, now = iter((1, 2, 3)), [0.0]
    kept: Kept[str, int] = Kept(10.0, lambda _: next(answers), lambda: now[0])
    assert [kept.ask("a"), kept.ask("a")] == [1, 1]
    assert kept.ask("b") == 2
    now[0] = 9.9
    assert kept.ask("b") == 2
    now[0] = 10.0
    assert kept.ask("b") == 3


def test_callers_at_once_ask_once() -> None:
    asked, gate = list[str](), threading.Event()

    def find(question: str) -> int:
        asked.append(question)
        gate.wait(10)
        return 1

    kept = Kept(10.0, find)
    callers = [threading.Thread(target=kept.ask, args=("a",)) for _ in range(5)]
    for caller in callers:
        caller.start()
    gate.set()
    for caller in callers:
        caller.join()
    assert asked == ["a"]


def test_the_old_answer_is_there_while_a_new_one_is_found() -> None:
    now, is_finding, gate = [0.0], threading.Event(), threading.Event()

    def find(_: str) -> float:
        if now[0]:
            is_finding.set()
            gate.wait(10)
        return now[0]

    kept = Kept(10.0, find, lambda: now[0])
    assert kept.ask("a") == 0
    now[0] = 10.0
    finder = threading.Thread(target=kept.ask, args=("a",))
    finder.start()
    is_finding.wait(10)
    assert kept.ask("a") == 0
    gate.set()
    finder.join()
    assert kept.ask("a") == 10
