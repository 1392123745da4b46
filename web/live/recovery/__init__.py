"""Recovery: reads from the store, in bounded steps, what a search or a returning client missed."""
