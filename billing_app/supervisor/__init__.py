"""One command, one process tree: starts every part of the product in order, watches it, and ends it in order."""
