"""gunicorn as this product runs it: configuration, worker class, and time limits for slow clients."""
