"""Tokens and sessions."""

from __future__ import annotations

from localcloud.api.console.sessions import SESSION_SECONDS, TOKEN_SECONDS, Session, Sessions


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(sessions: Sessions) -> Session:
    session = sessions.open(sessions.issue())
    assert session is not None
    return session


def test_a_token_opens_one_session() -> None:
    sessions = Sessions()
    token = sessions.issue()
    session = sessions.open(token)
    assert session
    assert sessions.is_open(session.cookie)
    assert sessions.open(token) is None
    assert sessions.open("") is None
    assert not sessions.is_open(token)
    assert not sessions.is_open("")


def test_a_token_is_good_for_ten_minutes() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    early, late = sessions.issue(), sessions.issue()
    clock.now = TOKEN_SECONDS - 1
    assert sessions.open(early)
    clock.now = TOKEN_SECONDS
    assert sessions.open(late) is None


def test_a_session_ends_when_it_has_not_been_used_for_long() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    session = opened(sessions)
    for _ in range(3):
        clock.now += SESSION_SECONDS - 1
        assert sessions.is_open(session.cookie)
    clock.now += SESSION_SECONDS
    assert not sessions.is_open(session.cookie)


def test_a_session_can_be_closed() -> None:
    sessions = Sessions()
    session, other = opened(sessions), opened(sessions)
    sessions.close(session.cookie)
    sessions.close(session.cookie)
    assert (sessions.is_open(session.cookie), sessions.is_open(other.cookie)) == (False, True)


def test_a_session_has_one_key() -> None:
    sessions = Sessions()
    session, other = opened(sessions), opened(sessions)
    assert sessions.has_key(session.cookie, session.key)
    for cookie, key in (
        (session.cookie, other.key),
        (session.cookie, ""),
        ("", session.key),
        (session.key, session.key),
    ):
        assert not sessions.has_key(cookie, key)
    sessions.close(session.cookie)
    assert not sessions.has_key(session.cookie, session.key)
    assert sessions.has_key(other.cookie, other.key)


def test_no_number_of_links_fills_the_memory() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    first = sessions.issue()
    for _ in range(100):
        clock.now += 1
        last = sessions.issue()
    assert sessions.open(first) is None
    assert sessions.open(last)


def test_secrets_are_kept_as_hashes_alone() -> None:
    sessions = Sessions()
    token = sessions.issue()
    session = opened(sessions)
    kept = str(vars(sessions))
    assert token not in kept
    assert not set(session) & set(kept.split("'"))
