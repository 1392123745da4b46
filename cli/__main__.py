"""`python -m cli`: the same as the command `murmur`."""

from cli.main import main

if __name__ == "__main__":
    main(prog_name="murmur")
