"""Reflex's entry: the pages, the HTTP API mounted beside them, and the services both work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx

from billing_app.api.app import create_app, serve_with
from billing_app.bootstrap import build, close
from billing_app.db.patience import when_ready
from billing_app.garbage import leave_out_what_stays
from billing_app.jobs import worker_in_process
from billing_app.settings import get_settings
from billing_app.ui.routes import register
from billing_app.ui.session import OneOwner
from billing_app.ui.theme import STYLESHEETS
from billing_app.ui.trouble import WRAPS, handler_failed

api = create_app()


@asynccontextmanager
async def services_of_this_process() -> AsyncIterator[None]:
    """Made when the process serves, not when it is imported; given back, worker first, when it ends."""
    services = await when_ready(lambda: build(get_settings()))
    leave_out_what_stays()
    serve_with(api, services)
    try:
        async with worker_in_process(services):
            yield
    finally:
        serve_with(api, None)
        await close(services)


app = rx.App(
    stylesheets=STYLESHEETS,
    html_lang="en",
    toaster=None,
    app_wraps=WRAPS,
    backend_exception_handler=handler_failed,
    api_transformer=api,
)
app.add_middleware(OneOwner(), index=0)
app.register_lifespan_task(services_of_this_process)
register(app)
