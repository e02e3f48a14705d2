"""What is for sale: the typed catalogue file, its versions, prices and policies."""
