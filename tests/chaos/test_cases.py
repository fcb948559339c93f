"""Every case, short: a few blows each. They mostly wait, so several are played at the same time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.chaos.cases import CASES, Case
from tests.chaos.report import explained
from tests.chaos.scene import SHORT, Outcome, play

AT_ONCE = 4

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Future[Outcome]]]:
    """Plays every case that was asked for, from the first test on."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    asked = {item.callspec.params["case"] for item in items if item.module is request.module}
    folder = tmp_path_factory.mktemp("chaos")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {
            case.name: pool.submit(play, case.run, folder=folder / str(number), seed=case.name, effort=SHORT)
            for number, case in enumerate(CASES)
            if case in asked and not case.why_not()
        }
        yield lambda case: futures[case.name]
        for future in futures.values():
            future.cancel()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_acknowledged_is_lost(case: Case, outcomes: Callable[[Case], Future[Outcome]]) -> None:
    """Whatever happens, every reading that the broker acknowledged is stored once with its value."""
    if reason := case.why_not():
        pytest.skip(reason)
    outcome = outcomes(case).result()
    assert outcome.acknowledged > 100
    assert outcome.done
    assert outcome.clean, explained(outcome)
