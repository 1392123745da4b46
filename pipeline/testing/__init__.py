"""The tests that a source or a sink must pass, as classes to inherit from; for packages of others as for our own.

Plain asserts and no test library: pytest collects the subclass. Nothing here is used by the product.
"""
