"""Whether Stripe delivers to us: an endpoint at our address, of our API version, with every type we know. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from billing_app.payments.stripe_catalogue import RemoteEndpoint

PATH = "/api/v1/webhooks/stripe"
_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - addresses Stripe cannot reach


@dataclass(frozen=True, slots=True)
class Place:
    """Where deliveries should go, and what they must look like."""

    url: str
    api_version: str
    types: tuple[str, ...]
    sandbox: bool

    @property
    def reachable(self) -> bool:
        """Whether Stripe can deliver there: live and test accounts want a public HTTPS address."""
        parts = urlsplit(self.url)
        return self.sandbox or (parts.scheme == "https" and (parts.hostname or "") not in _LOCAL)


@dataclass(frozen=True, slots=True)
class EndpointPlan:
    """What to do about endpoints: at most one is made or changed; then those in `remove` are deleted."""

    make: bool = False
    change: str | None = None
    remove: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""

    @property
    def lines(self) -> list[str]:
        made = [f"make a webhook endpoint{self.why}"] if self.make else []
        changed = [f"change webhook endpoint {self.change}{self.why}"] if self.change else []
        return made + changed + [f"delete webhook endpoint {one}" for one in self.remove]


def plan_endpoint(
    place: Place, endpoints: Sequence[RemoteEndpoint], *, known: str | None, by_setting: bool, roll: bool
) -> EndpointPlan:
    """Decide what to do.

    Args:
        endpoints: every endpoint of the account.
        known: the endpoint whose secret we have, if its secret can be read.
        by_setting: STRIPE_WEBHOOK_SECRET is set: the endpoint is the operator's, and so is its secret.
        roll: replace an endpoint whose secret we do not have.
    """
    here = [one for one in endpoints if one.url == place.url]
    if by_setting:
        return _operators_own(place, here)
    if not place.reachable:
        note = (
            f"Stripe cannot deliver to {place.url}: no endpoint is made. Set PUBLIC_URL to a public https:// address, "
            "or forward deliveries with the Stripe CLI and set STRIPE_WEBHOOK_SECRET"
        )
        return EndpointPlan(notes=(note,))
    ours = next((one for one in here if one.id == known), None)
    if ours is None:
        return _without_secret(place, here, roll=roll)
    others = tuple(one.id for one in here if one.ours and one.id != ours.id)
    if ours.api_version != place.api_version:
        # Stripe does not change the version of an endpoint. We keep its secret ourselves, so a new one is no loss.
        why = f" at {place.url} for API version {place.api_version}, instead of {ours.api_version}"
        return EndpointPlan(make=True, remove=(ours.id, *others), why=why)
    missing = set(place.types) - ours.events
    if missing or not ours.enabled:
        why = f": {f'{len(missing)} more types of events' if missing else 'switched on again'}"
        return EndpointPlan(change=ours.id, remove=others, why=why)
    return EndpointPlan(remove=others)


def _without_secret(place: Place, here: Sequence[RemoteEndpoint], *, roll: bool) -> EndpointPlan:
    if not here or roll:
        why = f" at {place.url}" + (", because the secret of the one there is not known" if here else "")
        return EndpointPlan(make=True, remove=tuple(one.id for one in here), why=why)
    names = ", ".join(one.id for one in here)
    note = (
        f"webhook endpoint {names} delivers to {place.url}, but its secret is not known here, so deliveries are "
        "refused. Set STRIPE_WEBHOOK_SECRET, or replace it: catalog push --roll"
    )
    return EndpointPlan(notes=(note,))


def _operators_own(place: Place, here: Sequence[RemoteEndpoint]) -> EndpointPlan:
    """STRIPE_WEBHOOK_SECRET is set: say what is wrong with the endpoint, and leave it alone."""
    if place.sandbox:
        return EndpointPlan()  # `run` makes the sandbox's endpoint, for an address of its own
    if not here:
        note = (
            f"STRIPE_WEBHOOK_SECRET is set, but Stripe has no endpoint for {place.url}. Make it there, or leave the "
            "setting empty and push again: then it is made for you"
        )
        return EndpointPlan(notes=(note,))
    endpoint = here[0]
    wrong: list[str] = []
    if not endpoint.enabled:
        wrong.append("it is disabled")
    if endpoint.api_version not in (None, place.api_version):
        wrong.append(f"it speaks API version {endpoint.api_version}, not {place.api_version}")
    missing = set() if "*" in endpoint.events else set(place.types) - endpoint.events
    if missing:
        wrong.append(f"it lacks {', '.join(sorted(missing))}")
    if not wrong:
        return EndpointPlan()
    return EndpointPlan(notes=(f"webhook endpoint {endpoint.id} is yours to mend: {'; '.join(wrong)}",))
