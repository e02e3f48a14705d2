"""Plans by hand (row C12): given by an administrator, without Stripe; credits come by the month, it ends by itself."""
