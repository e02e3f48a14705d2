"""What is for sale: the typed catalogue, its presets, its versions in the database, and what is worked out from it."""
