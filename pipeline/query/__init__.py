"""Search language: parser, syntax tree, text analyser, searchable documents of posts, evaluator and explanation."""
