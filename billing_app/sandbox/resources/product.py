"""Products: what is sold (https://docs.stripe.com/api/products)."""

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, price
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_PLAIN = (
    "active", "description", "images", "marketing_features", "name", "shippable", "statement_descriptor",
    "tax_code", "unit_label", "url",
)  # fmt: skip
_MAX_IMAGES = 8


def new_product(work: Work, params: Json) -> Json:
    """A product object from the parameters of a create, or from a price's `product_data`."""
    if len(params.get("images", ())) > _MAX_IMAGES:
        raise invalid(f"A product can have at most {_MAX_IMAGES} images.", param="images")
    return {
        "id": params.get("id") or new_id("product"),
        "object": "product",
        "active": params.get("active", True),
        "created": work.now,
        "default_price": None,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": params.get("marketing_features", []),
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": params.get("shippable"),
        "statement_descriptor": params.get("statement_descriptor"),
        "tax_code": params.get("tax_code"),
        "type": "service",
        "unit_label": params.get("unit_label"),
        "updated": work.now,
        "url": params.get("url"),
    }


def create(work: Work, params: Json) -> Json:
    """POST /v1/products; `default_price_data` makes its first price too."""
    refuse_others(params, {*_PLAIN, "id", "metadata", "default_price_data", "expand"})
    body = new_product(work, params)
    if work.store.get("product", body["id"]) is not None:
        raise invalid("Product already exists.", param="id", code="resource_already_exists")
    record = work.add(body)
    work.emit("product.created", body)
    if "default_price_data" in params:
        made = price.create(work, {**params["default_price_data"], "product": body["id"]})
        body["default_price"] = made["id"]
        work.save(record)
        work.emit("product.updated", body, {"default_price": None})
    return body


def retrieve(work: Work, params: Json, product: str) -> Json:
    """GET /v1/products/{id}."""
    return work.get("product", product).body


def update(work: Work, params: Json, product: str) -> Json:
    """POST /v1/products/{id}."""
    refuse_others(params, {*_PLAIN, "metadata", "default_price", "expand"})
    record = work.get("product", product)
    if record.body.get("deleted"):
        work.get("product", product, param="id")
    if "default_price" in params:
        default = work.get("price", params["default_price"], param="default_price")
        if default.body["product"] != product:
            raise invalid("The default price must belong to the product.", param="default_price")
    if params.get("images") == "":
        params["images"] = []
    if params.get("marketing_features") == "":
        params["marketing_features"] = []
    previous = fields.update(record.body, params, (*_PLAIN, "default_price"))
    if previous:
        record.body["updated"] = work.now
        work.save(record)
        work.emit("product.updated", record.body, previous)
    return record.body


def delete(work: Work, params: Json, product: str) -> Json:
    """DELETE /v1/products/{id}: only a product without prices."""
    record = work.get("product", product)
    if work.store.find("price", {"product": product}, limit=1):
        message = "This product cannot be deleted because it has one or more user-created prices."
        raise invalid(message)
    record.body["active"] = False
    work.emit("product.deleted", record.body)
    work.store.delete(record)
    return {"id": product, "object": "product", "deleted": True}


def listing(work: Work, params: Json) -> Json:
    """GET /v1/products; filters: active, created, ids, shippable, type, url."""
    where = {name: params[name] for name in ("active", "shippable", "type", "url") if name in params}
    if "ids" in params:
        where["id"] = params["ids"]
    return page(work, "product", params, "/v1/products", where)
