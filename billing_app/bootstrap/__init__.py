"""Puts the product together: every service, made once per process. Opens nothing on import."""

from billing_app.bootstrap.assembling import SECRET_LENGTH_MIN, put_together
from billing_app.bootstrap.process import build, check_stamp, close, current, make_current
from billing_app.bootstrap.services import Services

__all__ = ["SECRET_LENGTH_MIN", "Services", "build", "check_stamp", "close", "current", "make_current", "put_together"]
