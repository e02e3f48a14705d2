"""When something breaks: the connection, a page, a handler. Said calmly, never with a traceback."""

import reflex as rx
import structlog
from reflex.state import FrontendEventExceptionState
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from billing_app.ui.components.icons import icon
from billing_app.ui.pages.not_found import broken
from billing_app.ui.session import Shell

log = structlog.get_logger(__name__)


def connection_note() -> rx.Component:
    """A small note while the page's live connection is down; it reconnects by itself."""
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            rx.el.p(
                icon("wifi-off", class_name="text-warn"),
                "Connection lost. Trying again…",
                class_name=(
                    "flex items-center gap-2 rounded-full border border-line bg-surface px-3.5 py-2 text-small "
                    "shadow-float"
                ),
            ),
            None,
        ),
        role="status",
        class_name="fixed bottom-4 left-1/2 z-40 -translate-x-1/2",
    )


def boundary() -> rx.Component:
    """Shows a way on instead of a page whose own code failed; reports the failure to the server's log."""
    return ErrorBoundary.create(fallback_render=rx.Var.create(broken()))


def handler_failed(exception: Exception) -> rx.event.EventSpec:
    """A handler raised what it did not expect: logged whole, told in one sentence (no toast, which needs `eval`)."""
    log.error("page_handler_failed", exc_info=exception)
    return rx.event.EventSpec(handler=Shell.event_handlers["report_failure"])


# Reflex would answer some failures of a page by a script sent to it, which runs by `eval`; ours offers a way on itself.
FrontendEventExceptionState.auto_reload_on_errors = []

WRAPS = {
    (55, "ErrorBoundary"): lambda _stateful: boundary(),
    # A wrap takes the page in as its child, so the note needs a neighbour, not a parent.
    (5, "Overlay"): lambda stateful: rx.fragment(connection_note()) if stateful else None,
}
