"""A working day in a few minutes: customers who use, some who buy, and dashboards that are open (`make load`)."""
