"""What objects share: metadata, unset values, addresses."""

from collections.abc import Iterable

from billing_app.sandbox.store import Json

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")


def merged_metadata(current: Json, given: Json | str | None) -> Json:
    """Metadata after an update: keys merge, an empty value unsets a key, an empty string unsets all."""
    if given is None:
        return current
    if isinstance(given, str):
        return {}
    return {key: value for key, value in {**current, **given}.items() if value != ""}


def unset(value: object) -> object:
    """None for the empty string that clients send to unset a field."""
    return None if value == "" else value


def address(given: Json | str | None) -> Json | None:
    """A full address object, or None."""
    if not isinstance(given, dict):
        return None
    return {name: given.get(name) for name in _ADDRESS}


def update(body: Json, params: Json, names: Iterable[str]) -> Json:
    """Set the named fields that were given, and metadata; returns the previous values of what changed."""
    previous: Json = {}
    for name in names:
        if name in params and body.get(name) != unset(params[name]):
            previous[name] = body.get(name)
            body[name] = unset(params[name])
    if "metadata" in params:
        metadata = merged_metadata(body["metadata"], params["metadata"])
        if metadata != body["metadata"]:
            changed = metadata.keys() ^ body["metadata"].keys() | {
                key for key in metadata.keys() & body["metadata"].keys() if metadata[key] != body["metadata"][key]
            }
            previous["metadata"] = {key: body["metadata"].get(key) for key in sorted(changed)}
            body["metadata"] = metadata
    return previous
