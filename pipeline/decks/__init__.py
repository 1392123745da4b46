"""Decks: documents of columns, with read markers and pinned posts, kept in the store under revisions."""
