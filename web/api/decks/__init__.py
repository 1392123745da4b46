"""Routes of decks: documents with revisions, read markers, pins."""
