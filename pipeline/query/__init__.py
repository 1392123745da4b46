"""Search language: parser, syntax tree, text analyser and reference evaluator."""
