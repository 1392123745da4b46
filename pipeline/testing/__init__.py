"""Contract tests for authors of sources and sinks: classes to inherit from. Our own sources pass them too.

They use plain asserts and no test library; pytest collects the subclass. The product does not use this package.
"""
