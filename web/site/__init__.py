"""The page itself, sign-in, headers, proxies."""
