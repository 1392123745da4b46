"""Surface syntax of the search language: lexer, single terms, operators with their values, error codes."""
