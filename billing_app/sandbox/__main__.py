"""`python -m billing_app.sandbox`: serve the sandbox alone, until Ctrl-C."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from billing_app.sandbox.app import create_app
from billing_app.sandbox.config import DEFAULT_API_KEY, DEFAULT_PORT, SandboxConfig
from billing_app.sandbox.server import free_port, make_server, why_not_free
from billing_app.sandbox.store import DataDirectoryInUse, Store


def main() -> int:
    """Parse the command line and serve; the exit code is 0, or 1 with one sentence on what is wrong."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    reason = _why_not(arguments.host, arguments.port, arguments.data, arguments.api_key)
    if reason is not None:
        print(f"The sandbox cannot start: {reason}", file=sys.stderr)
        return 1
    port = arguments.port or free_port(arguments.host)
    config = SandboxConfig(api_key=arguments.api_key, seller=arguments.seller, base_url=arguments.base_url)
    print(f"Stripe sandbox on http://{_printable(arguments.host)}:{port}  (no money moves)")
    print(f"  API key   {arguments.api_key or DEFAULT_API_KEY}")
    print(f"  data      {arguments.data}", flush=True)
    asyncio.run(_serve(arguments.host, port, arguments.data, config))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m billing_app.sandbox",
        description="A stateful Stripe-compatible server for development and tests. No money moves.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for any free one (default: %(default)s)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path(".billing/sandbox"), help="data directory (default: %(default)s)"
    )
    parser.add_argument("--api-key", help="accept only this test key (default: any well-formed sk_test_ key)")
    parser.add_argument("--seller", default="Sandbox seller", help="name shown on the hosted pages")
    parser.add_argument("--base-url", help="address under which browsers reach it, when it is not the one above")
    return parser


def _why_not(host: str, port: int, data: Path, api_key: str | None) -> str | None:
    """The reason why it cannot start, in one sentence with what to do; None when it can."""
    if not 0 <= port <= 65_535:
        return f"{port} is no port; choose one between 1 and 65535, or 0 for any free one."
    if api_key is not None and not api_key.startswith("sk_test_"):
        return "the API key of a sandbox begins with sk_test_; choose another with --api-key."
    reason = why_not_free(host, port)
    if reason is not None:
        return f"{host}:{port} is not free ({reason}); stop what uses it or choose another with --port."
    try:
        Store(data).close()
    except DataDirectoryInUse as error:
        return f"{error}; stop it or choose another with --data."
    except OSError as error:
        return f"the data directory {data} cannot be used ({error.strerror}); choose another with --data."
    return None


def _printable(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _serve(host: str, port: int, data: Path, config: SandboxConfig) -> None:
    server = make_server(create_app(data, config), host, port)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


if __name__ == "__main__":
    sys.exit(main())
