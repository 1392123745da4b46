"""`python -m cli`: the same as `murmur`."""

from cli.main import main

if __name__ == "__main__":
    main(prog_name="murmur")
