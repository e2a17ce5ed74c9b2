"""Prints what the figures came from, with the database of DATABASE_URL."""

from bench.measuring import machine, say_json

if __name__ == "__main__":
    say_json(machine())
