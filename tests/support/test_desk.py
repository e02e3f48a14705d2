"""The rest of the desk: roles in the data path, notes, the audit log, enquiries, who is staff."""

import inspect
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from billing_app import clock
from billing_app.accounts.errors import LastAdmin, NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.entitlements.enquiries.message import Typed
from billing_app.entitlements.hand_plans.terms import HandPlan
from billing_app.errors import DomainError, InvalidInput, NotFound
from billing_app.support.adjusting import Category
from billing_app.support.audit_reading import AuditFilter
from billing_app.support.service import Support
from billing_app.ui.pages.admin.audit.rows import Change, changes
from tests.support.conftest import HERE, HelpDesk

# The lowest role that may do it; what is not named here is for every member of staff.
SUPPORT = {"adjust", "adjust_preview", "note", "reset_quota", "look_as", "set_enquiry_done"}
ADMIN = {"give_plan", "plan_preview", "end_plan", "grant_feature", "revoke_feature", "staff", "give_role"}
GIVEN: dict[str, Any] = {
    "customer_id": 1, "credits": 1, "reason": "for the test", "category": Category.GOODWILL, "key": "k", "text": "ada",
    "body": "a note", "feature": "cv_review", "entry_id": 1, "enquiry_id": 1, "done": True, "email": "nobody@x.example",
    "role": Role.VIEWER, "wish": HandPlan(plan="pro"), "before": 1, "wanted": AuditFilter(),
}  # fmt: skip
METHODS = sorted(
    name
    for name, method in inspect.getmembers(Support, inspect.isfunction)
    if not name.startswith("_") and "by" in inspect.signature(method).parameters
)


async def _call(support: Support, name: str, by: Principal) -> bool:
    """Whether the role was let in, whatever came of it then."""
    method = getattr(support, name)
    wanted = inspect.signature(method).parameters.values()
    given = {one.name: GIVEN[one.name] for one in wanted if one.name != "by" and one.default is inspect.Parameter.empty}
    try:
        made = method(by, **given)
        if inspect.isasyncgen(made):
            async for _ in made:
                break
        else:
            await made
    except NotPermitted:
        return False
    except DomainError:
        return True
    return True


@pytest.mark.row("C8")
async def test_every_method_asks_for_the_role_itself(desk: HelpDesk) -> None:
    await desk.a_customer()
    customer = Principal(9, 9, 1, Role.CUSTOMER, "a@b.example", "A", True, False)
    assert {*SUPPORT, *ADMIN} <= set(METHODS)
    for name in METHODS:
        lowest = Role.ADMIN if name in ADMIN else Role.SUPPORT if name in SUPPORT else Role.VIEWER
        for who in (customer, desk.viewer, desk.helper, desk.admin):
            may = who.role.rank >= lowest.rank
            assert await _call(desk.support, name, who) == may, f"{name} as {who.role}"


async def test_notes_stay_as_they_were_written(desk: HelpDesk) -> None:
    ada = await desk.a_customer()
    await desk.support.note(desk.helper, ada, "  Called on Monday.\nWill call again. ")
    await desk.support.note(desk.admin, ada, "Done.")
    notes = (await desk.support.customer(desk.viewer, ada)).notes
    assert [(note.body, note.author) for note in notes] == [
        ("Done.", "admin@example.com"),
        ("Called on Monday.\nWill call again.", "support@example.com"),
    ]
    for statement in ("UPDATE customer_notes SET body = 'x'", "DELETE FROM customer_notes"):
        with pytest.raises(DBAPIError):
            await desk.rows(f"{statement} RETURNING id")
    for body in ("", " ", "x" * 4_001):
        with pytest.raises(InvalidInput):
            await desk.support.note(desk.helper, ada, body)
    assert "Monday" not in str(await desk.audited("note.added"))


async def test_the_audit_log_is_filtered_by_who_what_on_what_and_when(desk: HelpDesk) -> None:
    ada = await desk.a_customer()
    await desk.support.note(desk.helper, ada, "one")
    await desk.support.give_plan(desk.admin, ada, HandPlan(plan="pro"), reason="Agreed")
    await desk.support.end_plan(desk.admin, ada, reason="Left")

    async def shown(**wanted: Any) -> list[str]:
        page = await desk.support.audit_log(desk.viewer, AuditFilter(**wanted))
        return [line.action for line in page.lines]

    assert await shown(object=f"customer:{ada}") == ["plan.ended", "plan.given", "note.added"]
    assert await shown(object=f"customer:{ada}", action="plan.") == ["plan.ended", "plan.given"]
    assert await shown(action="plan.given") == ["plan.given"]
    assert await shown(actor=f"user:{desk.helper.user_id}", action="note.added") == ["note.added"]
    assert await shown(actor="stripe") == []
    assert await shown(since=clock.wall() + timedelta(hours=1)) == []
    assert await shown(until=clock.wall() - timedelta(hours=1)) == []
    assert {"plan.given", "role.changed", "sign_in.succeeded"} <= set(await desk.support.audit_actions(desk.viewer))
    page = await desk.support.audit_log(desk.viewer, limit=2)
    assert page.next_before == page.lines[-1].id
    every = [line async for line in desk.support.every_audit_line(desk.viewer, AuditFilter())]
    assert len(every) == len(await desk.rows("SELECT 1 FROM audit_log"))
    assert every[0].actor_name == "admin@example.com"


def test_what_changed_is_said_by_member() -> None:
    before = {"used": 3, "window": "w", "gone": True}
    after = {"used": 0, "window": "w", "quotas": {"a": None, "b": 2}, "ends_at": "2026-12-01T10:30:00.5+00:00"}
    assert changes(before, after) == [
        Change("used", "3", "0"),
        Change("quotas", "", "a: none, b: 2"),
        Change("ends at", "", "1 Dec 2026, 10:30 UTC"),
        Change("gone", "yes", ""),
    ]
    assert changes(None, None) == []


async def test_enquiries_are_set_aside_once_and_taken_up_again(desk: HelpDesk) -> None:
    typed = Typed(name="Grace", email="grace@navy.example", company="Navy", message="How much?", plan="teams")
    number = await desk.services.enquiries.send(typed, visit=HERE)
    page = await desk.support.enquiries(desk.viewer)
    (line,) = page.enquiries
    assert (page.open, line.number, line.plan, line.done_at) == (1, number, "teams", None)
    for _ in range(2):
        await desk.support.set_enquiry_done(desk.helper, line.id, True)
    assert (await desk.support.enquiries(desk.viewer)).enquiries == ()
    (line,) = (await desk.support.enquiries(desk.viewer, "done")).enquiries
    assert line.done_by == "support@example.com"
    await desk.support.set_enquiry_done(desk.helper, line.id, False)
    assert (await desk.support.enquiries(desk.viewer)).open == 1
    assert len(await desk.audited("enquiry.done")) == len(await desk.audited("enquiry.reopened")) == 1
    with pytest.raises(NotFound):
        await desk.support.set_enquiry_done(desk.helper, 4711, True)


async def test_roles_are_given_and_the_last_administrator_stays(desk: HelpDesk) -> None:
    changed = await desk.support.give_role(desk.admin, "viewer@example.com", Role.SUPPORT, reason="Promoted")
    assert changed.role is Role.SUPPORT
    assert [(one.email, one.role) for one in await desk.support.staff(desk.admin)] == [
        ("admin@example.com", Role.ADMIN),
        ("support@example.com", Role.SUPPORT),
        ("viewer@example.com", Role.SUPPORT),
    ]
    with pytest.raises(LastAdmin):
        await desk.support.give_role(desk.admin, "admin@example.com", Role.VIEWER, reason="Oops")
    with pytest.raises(NotFound, match="sign up first"):
        await desk.support.give_role(desk.admin, "nobody@example.com", Role.VIEWER, reason="Who?")
    with pytest.raises(InvalidInput, match="already"):
        await desk.support.give_role(desk.admin, "admin@example.com", Role.ADMIN, reason="Again")
    await desk.support.give_role(desk.admin, "viewer@example.com", Role.CUSTOMER, reason="Left")
    assert len(await desk.support.staff(desk.admin)) == 2


async def test_the_list_says_who_has_and_pays_what(desk: HelpDesk) -> None:
    ada, grace = await desk.a_customer(credits=5), await desk.a_customer()
    wish = HandPlan(plan="teams", price_minor=9_900, currency="USD", period="month", credits_per_month=70)
    await desk.support.give_plan(desk.admin, grace, wish, reason="Agreed")
    lines = {line.id: line for line in (await desk.support.customers(desk.viewer)).customers}
    # 5 given, and 8 of the free month, which came with the first booking.
    assert (lines[ada].plan, lines[ada].mrr_minor, lines[ada].available) == (None, 0, 13)
    assert (lines[grace].plan, lines[grace].mrr_minor, lines[grace].available) == ("Teams", 9_900, 70)
    for only, ids in {"by_hand": [grace], "paying": [grace], "free": [ada], "past_due": [], "disputed": []}.items():
        page = await desk.support.customers(desk.viewer, only=only)  # pyright: ignore[reportArgumentType]
        assert [line.id for line in page.customers] == ids, only
    assert [line.id async for line in desk.support.every_customer(desk.viewer, plan="teams")] == [grace]


async def test_quotas_and_features_are_mended_with_a_reason(desk: HelpDesk) -> None:
    ada = await desk.a_customer()
    await desk.services.entitlements.use(ada, "cv_review", key="k")
    assert (await desk.support.customer(desk.viewer, ada)).quotas[0].used == 1
    await desk.support.reset_quota(desk.helper, ada, "cv_review", reason="It failed")
    await desk.support.grant_feature(desk.admin, ada, "transcripts", reason="A gift")
    account = await desk.support.customer(desk.viewer, ada)
    assert (account.quotas[0].used, [grant.feature for grant in account.grants]) == (0, ["transcripts"])
    assert await desk.support.revoke_feature(desk.admin, ada, "transcripts", reason="Over") == 1
    assert (await desk.support.customer(desk.viewer, ada)).grants == ()
