"""The page of efficiency in a browser, with sample figures."""

import pytest
from playwright.sync_api import expect

from tests.page.conftest import DESK, PHONE, Opener, browser, opened, served

__all__ = ["browser", "opened", "served"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_it_fits_and_draws(opened: Opener, language: str, size: tuple[int, int]) -> None:
    """The curve is drawn, nothing is wider than the screen, and what a thumb touches is large enough."""
    page = opened(f"/efficiency?lang={language}", size=size)
    expect(page.locator('[data-chart="duration"][data-drawn="yes"]')).to_be_visible()
    expect(page.locator(".peaks > li")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    if size == PHONE:
        targets = page.locator(".efficiency :is(a, button, select):visible")
        small = [box for box in (one.bounding_box() for one in targets.all()) if box and box["height"] < 44]
        assert small == []


def test_another_period_is_chosen_in_place(opened: Opener) -> None:
    """A period moves the address and not the page; one without rows says what to do."""
    page = opened("/efficiency?lang=en")
    page.locator(".chip").last.click()
    expect(page.locator('[data-fragment="none"]')).to_contain_text("parkwatt account")
    assert "period=" in page.url
    assert "lang=en" in page.url


def test_an_enterprise_is_chosen(opened: Opener) -> None:
    """Choosing an enterprise shows it at once, and the choice stands in the address."""
    page = opened("/efficiency?lang=en")
    page.select_option("#efficiency-who", index=1)
    page.wait_for_url("**enterprise=E01**")
    expect(page.locator("h1")).to_contain_text("Efficiency of ")
