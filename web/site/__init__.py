"""The page and its files, sign-in, health checks, security headers, allowed hosts and proxies."""
