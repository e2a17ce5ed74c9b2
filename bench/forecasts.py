"""Walks the forecast forward in time through ledgers: `python -m bench.forecasts [FILE …]`.

A model that learned from what was known on a day forecasts the invoices issued after it, up to the next such day; each with
what was known when it was issued. Judged are those due by the file's last day, paid or not.
"""

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.forecast_files import Ledger, read
from bench.measuring import aim, measured, peak_mib, say, say_json, say_table
from invoices.forecast_quality import DUE_DATE, MEDIAN, MODEL, Judged, Quality, judged, quality
from invoices.imports.layouts import INVOICES, parse_map

LEDGERS = settings.BASE_DIR.parent / "shared" / "data" / "ar"
# By file: the published or measured anchors on later invoices (area under the curve, days off).
ANCHORS = {"ibm_asof_2013-06-01.csv": (0.87, 5.8), "cassandra_asof_2015-01-01.csv": (0.80, 18.6)}
HEADS = ["", "invoices", "late", "AUC", "accuracy", "Brier", "days off", "in range"]
# The first forecasts are made when this share of the invoices is known.
FIRST, DAY = 0.4, datetime.timedelta(days=1)


def cut_days(ledger: Ledger, cuts: int) -> list[datetime.date]:
    """The days after which a model is made anew, so that about as many invoices lie between each two."""
    days = sorted(row.issued_on for row in ledger.invoices)
    shares = [FIRST + (1 - FIRST) * place / cuts for place in range(cuts)]
    return sorted({days[int(share * len(days))] for share in shares})


def walked(ledger: Ledger, days: Sequence[datetime.date]) -> dict[datetime.date, dict[str, list[Judged]]]:
    """What each model, and each simple guess beside it, said of the invoices between its day and the next."""
    ends = [*days[1:], ledger.until]
    return {day: judged(ledger.invoices, day + DAY, end, ledger.until) for day, end in zip(days, ends, strict=True)}


def cells(name: str, found: Quality | None) -> list[str]:
    if found is None:
        return [name, "0", *["n/a"] * 6]
    figures = [(found.auc, 3), (found.accuracy, 3), (found.brier, 3), (found.days_off, 1), (found.within, 2)]
    shown = ["n/a" if value is None else f"{value:.{digits}f}" for value, digits in figures]
    return [name, str(found.count), f"{found.late / found.count:.2f}", *shown]


def show(ledger: Ledger, found: dict[datetime.date, dict[str, list[Judged]]], seconds: float) -> dict[str, Any]:
    """Prints the tables of one ledger; returns the figures of all its forecasts together."""
    say(f"{ledger.name}: {len(ledger.invoices):,} invoices up to {ledger.until}, {ledger.skipped} rows skipped, {seconds:.1f} s")
    names = (MODEL, DUE_DATE, MEDIAN)
    whole = {name: quality([row for one in found.values() for row in one[name]]) for name in names}
    rows = [cells(f"learned until {day}", quality(one[MODEL])) for day, one in found.items()]
    say_table(HEADS, [*rows, *[cells(f"all: {name}", whole[name]) for name in names]])
    model = whole[MODEL]
    if model:
        say("", "Calibration: of the forecasts of about this probability, so many came late")
        tenths = [[f"{tenth.said:.2f}", str(tenth.count), f"{tenth.came:.2f}"] for tenth in model.calibration]
        say_table(["said", "invoices", "came late"], tenths)
    if model and ledger.name in ANCHORS and model.auc is not None and model.days_off is not None:
        auc, days = ANCHORS[ledger.name]
        say("", aim(f"AUC {model.auc:.3f} (anchor on later invoices: {auc})", model.auc >= auc))
        say(aim(f"days off {model.days_off:.1f} (anchor on later invoices: {days})", model.days_off <= days))
    say("")
    return {name: cells(name, one)[1:] for name, one in whole.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/forecast.py", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="Ledgers; else the two that lie beside the project.")
    parser.add_argument("--map", default="", metavar="FIELD=COLUMN,…", help="As import_invoices takes it, for other files.")
    parser.add_argument("--cuts", type=int, default=5, help="How often a model is made anew.")
    parser.add_argument(
        "--train-until", type=datetime.date.fromisoformat, metavar="DATE", help="One model only, of what was known that day."
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    files = options.files or [LEDGERS / name for name in ANCHORS if (LEDGERS / name).exists()]
    if not files:
        say(f"There are no ledgers in {LEDGERS.relative_to(settings.BASE_DIR.parent)}: name a file.")
    results = {}
    for path in files:
        ledger = read(path, parse_map(options.map, INVOICES) if options.map else {})
        days = [options.train_until] if options.train_until else cut_days(ledger, options.cuts)
        with measured() as spent:
            found = walked(ledger, days)
        results[ledger.name] = show(ledger, found, spent.wall)
    if options.format == "json":
        say_json({"ledgers": results, "heads": HEADS[1:], "peak_mib": round(peak_mib())})


if __name__ == "__main__":
    main()
