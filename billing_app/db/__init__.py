"""The database: connection, unit of work, base model, job queue, mode stamp."""
