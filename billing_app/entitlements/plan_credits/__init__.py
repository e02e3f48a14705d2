"""Credits that come with plans: one lot per window, made by a paid invoice, a trial or a free month."""
