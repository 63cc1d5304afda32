"""Numbers: each pack is new once, whatever the order, and the mark says what is settled."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from gateways.ingest.ledger import AHEAD_LIMIT, WINDOW, Course, Unnumbered, Verdict, restore


def content(sequence: int) -> bytes:
    return b"content %d" % sequence


@given(st.lists(st.integers(0, 30), max_size=120))
def test_any_order_with_repetitions_takes_each_pack_once(arrivals: list[int]) -> None:
    course = Course()
    taken: set[int] = set()
    for sequence in arrivals:
        verdict = course.offer(sequence, content(sequence))
        assert (verdict is Verdict.NEW) == (sequence not in taken)
        assert verdict in (Verdict.NEW, Verdict.DUPLICATE)
        taken.add(sequence)
        contiguous = -1
        while contiguous + 1 in taken:
            contiguous += 1
        assert course.mark == contiguous
        assert course.ahead == sum(1 for known in taken if known > contiguous)
        assert course.top == max(taken)
    assert course.lost == 0


@given(
    st.integers(1, 700),
    st.sets(st.integers(0, 699)),
    st.randoms(use_true_random=False),
)
def test_what_a_gateway_dropped_is_counted_and_nothing_else(count: int, dropped: set[int], random) -> None:
    """A gateway with a bounded outbox sends the rest, each with the lowest it still has; messages are mixed up."""
    sent = [sequence for sequence in range(count) if sequence not in dropped]
    course = Course()
    new = 0
    for place in range(0, len(sent), 7):
        some = sent[place : place + 7]
        random.shuffle(some)
        for sequence in some + some[:2]:
            new += course.offer(sequence, content(sequence), sent[place]) is Verdict.NEW
    assert new == len(sent)
    if sent:
        last = sent[-1]
        course.offer(last, content(last), last)
        assert course.mark == last
        assert course.lost == sum(1 for sequence in dropped if sequence < last)
        assert course.ahead == 0
    assert len(course.digests) <= WINDOW


def test_memory_stays_bounded_over_many_packs() -> None:
    course = Course()
    for sequence in range(5 * WINDOW):
        assert course.offer(sequence, content(sequence)) is Verdict.NEW
    assert len(course.digests) == WINDOW
    gap = Course()
    verdicts = [gap.offer(sequence, content(sequence)) for sequence in range(1, 2 * AHEAD_LIMIT)]
    assert verdicts.count(Verdict.NEW) == AHEAD_LIMIT - 1
    assert set(verdicts[AHEAD_LIMIT - 1 :]) == {Verdict.TOO_FAR}
    assert len(gap.digests) == AHEAD_LIMIT - 1


def test_another_content_under_a_used_number_is_a_replay_and_changes_nothing() -> None:
    course = Course()
    for sequence in (0, 1, 2, 5):
        course.offer(sequence, content(sequence))
    before = (course.mark, course.lost, dict(course.digests))
    for sequence in (0, 2, 5):
        assert course.offer(sequence, b"forged", lowest=sequence) is Verdict.REPLAYED
    assert (course.mark, course.lost, course.digests) == before


def test_beyond_the_window_a_used_number_is_never_new() -> None:
    course = Course()
    for sequence in range(2 * WINDOW):
        course.offer(sequence, content(sequence))
    assert course.offer(0, b"forged") is Verdict.DUPLICATE


def test_a_pack_that_was_given_up_and_comes_after_all_is_taken() -> None:
    course = Course()
    course.offer(0, content(0))
    assert course.offer(5, content(5), lowest=4) is Verdict.NEW
    assert (course.mark, course.lost, course.ahead) == (3, 3, 1)
    assert course.offer(2, content(2)) is Verdict.NEW
    assert course.lost == 2
    assert course.offer(2, content(2)) is Verdict.DUPLICATE
    assert course.offer(4, content(4), lowest=4) is Verdict.NEW
    assert (course.mark, course.lost) == (5, 2)


def test_a_jump_over_everything_costs_no_time_and_no_memory() -> None:
    course = Course()
    course.offer(0, content(0))
    far = 1 << 50
    assert course.offer(far, content(far)) is Verdict.TOO_FAR
    assert course.offer(far, content(far), lowest=far) is Verdict.NEW
    assert (course.mark, course.lost) == (far, far - 1)
    assert len(course.digests) == 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=80), st.integers(0, 80))
def test_written_down_and_restored_it_goes_on_alike(arrivals: list[tuple[int, int]], cut: int) -> None:
    course = Course()
    for sequence, back in arrivals[:cut]:
        course.offer(sequence, content(sequence), max(0, sequence - back))
    copy = restore(course.mark, course.lost, list(course.digests.items()))
    for sequence, back in arrivals[cut:]:
        lowest = max(0, sequence - back)
        assert course.offer(sequence, content(sequence), lowest) is copy.offer(sequence, content(sequence), lowest)
    assert (course.mark, course.lost, course.digests) == (copy.mark, copy.lost, copy.digests)


def test_senders_without_numbers_are_known_by_content() -> None:
    course = Unnumbered()
    assert course.offer(7, b"a") is Verdict.NEW
    assert course.offer(7, b"b") is Verdict.NEW
    assert course.offer(7, b"a") is Verdict.DUPLICATE
    for stamp in range(3 * WINDOW):
        course.offer(stamp, content(stamp))
    assert len(course.digests) == WINDOW
