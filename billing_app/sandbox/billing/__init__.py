"""What happens to subscriptions and invoices with time: periods, prorations, collection, retries."""
