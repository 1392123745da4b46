"""The page and its files, sign-in, health checks, errors, security headers, compression, allowed hosts and proxies."""
