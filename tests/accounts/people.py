"""Who appears in these tests, and from where."""

from billing_app.accounts.use_case import Visit

SECRET = "a secret of more than thirty-two characters"
PASSWORD = "seven blue umbrellas"
HERE = Visit(ip="203.0.113.7", agent="A browser")
BROWSER = "the sign-up cookie of this browser"
