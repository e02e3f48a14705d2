"""The host product in small: what people try the gates on. Its own rows, drafts and a practice interviewer."""
