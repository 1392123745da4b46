"""What the documentation promises, held against the code."""
