"""Figures that are worked out once and kept for a while."""

from dashboards.live.figures.kept import AGAIN, Kept


def test_made_once_until_it_is_old():
    """A figure is made anew after five minutes; of several only the newest are kept."""
    kept, made = Kept[str, int](2), []

    def ask(key: str, now: int) -> int:
        return kept.of(key, now, lambda: made.append(key) or len(made))

    assert [ask("a", 0), ask("a", AGAIN - 1), ask("a", AGAIN)] == [1, 1, 2]
    assert [ask("b", AGAIN), ask("c", AGAIN), ask("a", AGAIN)] == [3, 4, 5]


def test_what_is_not_there_yet_is_asked_again():
    """A figure that says there is nothing yet does not stand for minutes."""
    kept, found = Kept[str, int](2), iter([0, 7])
    assert [kept.of("a", 0, lambda: next(found), passing=lambda value: value == 0) for _ in range(3)] == [0, 7, 7]
