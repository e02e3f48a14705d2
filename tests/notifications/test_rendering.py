"""What the mails say, in words, and that nothing stored can break out of its place."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from billing_app.notifications.letters import (
    AnyLetter,
    PaymentFailed,
    Receipt,
    ReceiptLine,
    ResetPassword,
    VerifyEmail,
)
from billing_app.notifications.rendering import TEMPLATES, RenderedMail, one_header_line, render
from billing_app.notifications.samples import samples
from tests.notifications.conftest import BRAND, CATALOG, HOME

AT = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
LINK = "https://mate.example/verify?token=7.1.x.y&next=%2Fpricing"
RECEIPT = Receipt(
    number="R-1",
    currency="USD",
    lines=(ReceiptLine(description="Popular pack", amount_minor=800),),
    tax_minor=152,
    total_minor=952,
    paid_at=AT,
    credits_granted=25,
    balance_after=27,
)
FAILED = PaymentFailed(description="Popular pack", amount_minor=800, currency="USD", reason="Your card was declined.")
SAMPLES = samples(CATALOG, AT)
LETTERS: list[AnyLetter] = [letter for _, letter in SAMPLES]
VERIFY, RESET = VerifyEmail(user_id=1, state="s"), ResetPassword(user_id=1)


def _rendered(letter: AnyLetter) -> RenderedMail:
    return render(letter, BRAND, public_url=HOME, link=LINK)


class _Page(HTMLParser):
    """Collects tags and links, and checks that tags close in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _page(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    assert page.open == []
    return page


@pytest.mark.parametrize("letter", LETTERS, ids=[title for title, _ in SAMPLES])
def test_every_mail_is_whole_in_text_and_html_and_carries_nothing_foreign(letter: AnyLetter) -> None:
    mail = _rendered(letter)
    page = _page(mail.html)
    assert mail.subject == one_header_line(mail.subject) != ""
    assert "Interview Mate" in mail.text + mail.subject
    for part in (mail.text, mail.html):
        assert "help@mate.example" in part
        assert "{{" not in part
        assert "None" not in part
    assert "Mate & Söhne GmbH" in mail.text
    assert "Mate &amp; Söhne GmbH" in mail.html
    assert all(link.startswith((HOME, "mailto:help@mate.example", "https://invoice.example/")) for link in page.links)
    assert not page.tags & {"script", "img", "iframe", "form", "link", "object"}
    assert 'name="color-scheme" content="light dark"' in mail.html
    assert "prefers-color-scheme: dark" in mail.html
    assert "\n\n\n" not in mail.text
    assert len(mail.html) < 100_000  # Gmail cuts a longer mail off


def test_every_letter_has_its_templates_and_no_template_is_left_over() -> None:
    kinds = {letter.kind for letter in LETTERS}
    assert {path.stem for path in TEMPLATES.iterdir() if not path.name.startswith("_")} == kinds


@pytest.mark.parametrize("letter", [VERIFY, RESET, FAILED], ids=lambda letter: letter.kind)
def test_the_button_leads_where_the_link_says(letter: AnyLetter) -> None:
    mail = _rendered(letter)
    assert LINK in mail.text
    assert LINK in _page(mail.html).links


def test_the_receipt_says_what_was_bought_and_what_one_has_now() -> None:
    mail = _rendered(RECEIPT)
    assert mail.subject == "Your receipt from Interview Mate: $9.52"
    assert mail.text == (
        "Thank you. Here is your receipt.\n\n"
        "25 sessions are yours. They never expire.\n\n"
        "You now have 27 sessions.\n\n"
        "Popular pack: $8.00\nTax: $1.52\nPaid: $9.52\n\n"
        "Receipt R-1, paid on 3 March 2026, 14:05 UTC.\n\n"
        "Your dashboard: https://mate.example/dashboard\n\n"
        "One payment: nothing renews, nothing to cancel. For a refund just write to us.\n\n"
        "--\nQuestions? Write to help@mate.example.\nMate & Söhne GmbH - https://mate.example\n"
    )
    words = re.sub(r"\s+", " ", " ".join(_page(mail.html).words))
    for said in ("25 sessions are yours. They never expire. You now have 27 sessions.", "Tax $1.52", "Paid $9.52"):
        assert said in words


def test_the_receipt_of_one_credit_that_expires_and_of_an_unlock() -> None:
    one = RECEIPT.model_copy(update={"credits_granted": 1, "expires_at": AT, "balance_after": 1, "tax_minor": 0})
    assert "1 session is yours. Use it until 3 March 2026, 14:05 UTC." in _rendered(one).text
    assert "You now have 1 session." in _rendered(one).text
    assert "Tax" not in _rendered(one).text
    unlock = RECEIPT.model_copy(
        update={
            "credits_granted": None, "balance_after": None, "unlocked": ("Q&A Management",), "tax_inclusive": True,
            "discount_minor": 100, "lines": (ReceiptLine(description="Q&A Management", quantity=2, amount_minor=1052),),
        }
    )  # fmt: skip
    mail = _rendered(unlock)
    assert "Q&A Management is unlocked." in mail.text
    assert "session" not in mail.text
    assert "Q&A Management \u00d7 2: $10.52\nDiscount: -$1.00\nTax included: $1.52\nPaid: $9.52" in mail.text
    assert "Q&amp;A Management" in mail.html


def test_amounts_follow_the_currency() -> None:
    yen = RECEIPT.model_copy(update={"currency": "JPY"})
    assert "Paid: ¥952" in _rendered(yen).text


def test_a_receipts_button_opens_a_web_page_and_nothing_else() -> None:
    data = RECEIPT.model_dump()
    for url, kept in (("https://pay.stripe.com/r", "https://pay.stripe.com/r"), ("javascript:alert(1)", None)):
        assert Receipt.model_validate(data | {"receipt_url": url}).receipt_url == kept


def test_stored_text_cannot_become_markup_or_a_header() -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}\r\nBcc: everyone@example.com'
    for letter in (
        FAILED.model_copy(update={"description": evil, "reason": evil}),
        RECEIPT.model_copy(
            update={"number": evil, "lines": (ReceiptLine(description=evil, amount_minor=1),), "unlocked": (evil,)}
        ),
    ):
        mail = render(letter, BRAND.model_copy(update={"name": evil, "seller": evil}), public_url=HOME, link=LINK)
        assert not _page(mail.html).tags & {"script", "img"}
        assert "49" not in mail.text
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject


def test_payment_failed_says_when_we_try_again_and_until_when_all_works() -> None:
    mail = _rendered(FAILED.model_copy(update={"next_try_at": AT, "access_ends_at": AT}))
    assert "We try again on 3 March 2026, 14:05 UTC." in mail.text
    assert "Until 3 March 2026, 14:05 UTC everything works as before." in mail.text
    assert "We try again" not in _rendered(FAILED).text
