"""The small business beside the large one, with a row of everything that has a page: `python -m bench.page_rows`, in an empty
database."""

from bench.measuring import say_json
from tests import make
from tests.lived_in import lived_in


def main() -> None:
    business = make.business(slug="lived-in")
    people = make.member(business, "owner", "owner@bench.example"), make.member(business, "bookkeeper")
    say_json({"slug": business.slug, "rows": lived_in(business, *people)})


if __name__ == "__main__":
    main()
