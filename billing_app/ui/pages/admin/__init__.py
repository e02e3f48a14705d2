"""The pages of those who run the business: one file or folder each."""
