"""Who there is: customers, users, sign-in sessions, roles."""
