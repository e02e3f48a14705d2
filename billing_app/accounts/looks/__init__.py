"""Looking as a customer: staff see a customer's pages as the customer does, for a while, and can change nothing."""
