"""One file per page: the page function and its State."""
