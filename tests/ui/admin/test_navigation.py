"""The staff's navigation leads to pages there are, and to each of them."""

from billing_app.ui.admin.frame import NAVIGATION
from billing_app.ui.routes import ROUTES

LISTED = [address for _, pages in NAVIGATION for address, *_ in pages]


def test_every_entry_of_the_navigation_is_a_page_and_stands_there_once() -> None:
    assert set(LISTED) <= {route.path for route in ROUTES}
    assert len(LISTED) == len(set(LISTED))


def test_every_staff_page_is_in_the_navigation_or_below_one_that_is() -> None:
    staff = [route.path for route in ROUTES if route.path.startswith("/admin")]
    reached = [path for path in staff if path in LISTED or path.rsplit("/", 1)[0] in set(LISTED) - {"/admin"}]
    assert set(staff) == set(reached)
    assert all(route.signed_in for route in ROUTES if route.path.startswith("/admin"))
