"""Handing over: a host product's user comes into our dashboard or wall signed in, by a one-time link or a short JWT."""
