"""What every real bank file must read as, settled by hand where the index beside the files says nothing or something else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`opening` and `closing` are those of the last statement in the file; `sums`: how many statements have both, `off`: the
    differences of those that do not add up; `bad`: lines refused; `refused`: words of the refusal of the whole file; `why`: on
    what ground the index is set aside."""

    file: str
    format: str = ""
    statements: int = 0
    entries: int = 0
    credits: str = "0"
    debits: str = "0"
    opening: str = ""
    closing: str = ""
    sums: int = 0
    off: str = ""
    bad: int = 0
    currency: str = "EUR"
    refused: str = ""
    why: str = ""


# fmt: off
ROWS = (
    Row("camt/genkgo__camt052.v2.xml", "camt.052.001.02", 1, 1, "0", "200000.00", "", "", 0),
    Row("camt/genkgo__camt053.v2.all-balance-types.xml", "camt.053.001.02", 1, 1, "8.85", "0", "1.01", "4.04", 1, off="-5.82"),
    Row("camt/genkgo__camt053.v2.minimal.xml", "camt.053.001.02", 1, 1, "8.85", "0", "18.15", "", 0,
        why="the closing balance is in SEK, the account in EUR: two currencies are not compared"),
    Row("camt/genkgo__camt053.v2.multi.statement.xml", "camt.053.001.02", 2, 2, "8.85", "7.00", "27.00", "20.00", 2),
    Row("camt/genkgo__camt053.v2.with-account-name.xml", "camt.053.001.02", 1, 1, "8.85", "0", "", "", 0),
    Row("camt/genkgo__camt053.v2.wrong.xml", refused="without any statement"),
    Row("camt/genkgo__camt053.v4.xml", "camt.053.001.04", 1, 1, "8.85", "0", "18.15", "", 0,
        why="the closing balance is in SEK, the account in EUR: two currencies are not compared"),
    Row("camt/genkgo__camt054.v2.xml", "camt.054.001.02", 1, 1, "0", "200000.00", "", "", 0),
    Row("camt/genkgo__camt054.v4.xml", "camt.054.001.04", 1, 1, "0", "200000.00", "", "", 0),
    Row("camt/oca__test-camt053-no-ntry.xml", "camt.053.001.04", 1, 0, "0", "0", "1520.76", "1520.76", 1),
    Row("camt/oca__test-camt054.xml", "camt.054.001.04", 1, 1, "5.00", "0", "", "", 0),
    Row("qif/oca__test_qif.qif", "QIF", 1, 5, "0", "1896.09", "", "", 0),
    Row("csv/csv2ofx__creditunion.csv", "table", 1, 8, "465000.00", "0", "", "", 0,
        why="the index counts only; all eight amounts are credits"),
    Row("csv/csv2ofx__default.csv", "table", 2, 8, "465000.00", "0", "", "", 0),
    Row("csv/csv2ofx__gls.csv", "table", 1, 1, "0", "98.76", "1333.32", "1234.56", 1),
    Row("csv/csv2ofx__n26-fr.csv", "table", 1, 2, "328.00", "328.00", "", "", 0),
    Row("csv/csv2ofx__schwab-checking.csv", "table", 1, 4, "20.00", "235.27", "1093.74", "878.47", 1, currency="USD"),
    Row("csv/csv2ofx__stripe-default.csv", "table", 1, 5, "112.50", "0", "", "", 0),
    Row("csv/csv2ofx__xero.csv", refused="It is not clear which column",
        why="a journal of a bookkeeping program, whose entries add up to nothing: no bank, so nothing is guessed"),
    Row("csv/oca__balance.csv", "table", 1, 2, "1533.50", "33.50", "10.00", "1510.00", 1),
    Row("csv/oca__debit_credit.csv", "table", 1, 2, "1533.50", "33.50", "10.00", "1510.00", 1),
    Row("csv/oca__empty_statement_en.csv", "table", 1, 0, "0", "0", "", "", 0),
    Row("csv/oca__multi_currency.csv", "table", 2, 2, "1525.00", "33.50", "", "", 0),
    Row("csv/oca__sample_statement_en.csv", "table", 2, 2, "1525.00", "33.50", "", "", 0),
    Row("csv/oca__sample_statement_en.xlsx", "table", 2, 2, "1525.00", "33.50", "", "", 0),
    Row("csv/workbench__account-statement-2.csv", "table", 1, 1, "4308.00", "0", "0.00", "4308.00", 1),
    Row("csv/workbench__postfinance-export.csv", "table", 1, 5, "4640.80", "80210.00", "", "", 0,
        why="the index counts ten lines of the file: three above the header, the header, five bookings and a remark below"),
    Row("ofx/bankfile__chase__blank-line-before-header-none-after.qfx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__etrade__charset-none-with-encoding-usascii.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__lcl__check-without-payee.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__unnamed-bank__amount-comma-decimal.ofx", "OFX 1", 1, 1, "0", "2000.00", "", "2000.00", 0),
    Row("ofx/bankfile__unnamed-bank__blank-line-before-header.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__unnamed-bank__charset-8859-1-without-iso-prefix.qfx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__unnamed-bank__empty-tags-curdef-fitid-name.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__unnamed-bank__tags-outside-spec.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/bankfile__unnamed-bank__zero-date.ofx", "OFX 1", 1, 1, "0", "10.00", "", "90.00", 0),
    Row("ofx/django-ledger__v2_good.ofx", "OFX 2", 1, 2, "2000.00", "100.00", "", "5000.00", 0),
    Row("ofx/oca__test_ofx.ofx", "OFX 2", 2, 4, "0", "360.00", "", "-562.00", 0,
        why="a second statement of a card has a balance and no entries"),
    Row("ofx/ofxparse__account_listing_aggregation.ofx", refused="This OFX file has no statement in it."),
    Row("ofx/ofxparse__bank_medium.ofx", "OFX 1", 1, 3, "0", "345.27", "", "382.34", 0),
    Row("ofx/ofxparse__checking.ofx", "OFX 1", 1, 3, "0.01", "59.51", "", "100.99", 0),
    Row("ofx/ofxparse__fail_nice__date_missing.ofx", "OFX 1", 1, 0, "0", "0", "", "0.00", 0, bad=3,
        why="the index adds up what has no date at all (two) or 31 February (one): all three are refused, by line"),
    Row("ofx/ofxparse__multiple_accounts.ofx", "OFX 2", 2, 0, "0", "0", "", "222.00", 0),
    Row("ofx/ofxparse__multiple_accounts2.ofx", "OFX 2", 2, 0, "0", "0", "", "222.00", 0),
    Row("ofx/ofxparse__ofx-v102-empty-tags.ofx", "OFX 1", 1, 1, "12.34", "0", "", "", 0),
    Row("ofx/ofxparse__signon_fail.ofx", refused="The bank sent a refusal instead"),
    Row("mt940/ASNB__mt940.txt", "MT940", 31, 8, "2828.90", "2771.96", "404.81", "501.23", 31,
        why="the library fails; every one of the 31 statements adds up"),
    Row("mt940/betterplace__amount_formats.sta", refused="no entry, and no account",
        why="balances of no account and without an entry: a fragment, no statement"),
    Row("mt940/betterplace__currency_in_25.sta", refused="no entry, and no account"),
    Row("mt940/betterplace__empty_86.sta", refused="no entry, and no account"),
    Row("mt940/betterplace__missing_crlf_at_end.sta", refused="no entry, and no account",
        why="balances of no account and without an entry: a fragment, no statement"),
    Row("mt940/betterplace__sepa_mt9401.sta", "MT940", 26, 97, "5188474.94", "14457610.84", "0.00", "50.05", 26,
        why="the index takes the two RC (a credit taken back) for credits; with them as debits all 26 statements add up"),
    Row("mt940/betterplace__sepa_snippet.sta", "MT940", 2, 11, "1430745.72", "3574069.11", "-1970431.87", "-4472049.09", 2,
        off="300.08"),
    Row("mt940/cmxl__mt940.sta", "MT940", 3, 16, "72436.74", "60109.44", "40000.00", "50040.00", 3),
    Row("mt940/jejik__abnamro.sta", "MT940", 2, 10, "0", "345.93", "2876.84", "1849.75", 2, off="-2038.00 -1002.60",
        why="the index keeps the first closing balance; neither statement adds up, entries were cut from the sample"),
    Row("mt940/jejik__generic.sta", "MT940", 2, 2, "0", "20.00", "90.00", "80.00", 2),
    Row("mt940/jejik__ing.sta", "MT940", 1, 7, "4.68", "50.27", "0.00", "3.47", 1, off="49.06"),
    Row("mt940/jejik__rabobank-iban.sta", "MT940", 2, 4, "0", "70.00", "965.00", "930.00", 2),
    Row("mt940/jejik__sns.sta", "MT940", 2, 2, "0", "25.00", "1209.56", "1209.56", 2),
    Row("mt940/mBank__mt940.sta", "MT940", 1, 3, "0.03", "0", "0.40", "0.43", 1),
    Row("mt940/self-provided__details_60-63.sta", "MT940", 1, 1, "0", "233.15", "12345.12", "12345.98", 1, off="234.01"),
    Row("mt940/self-provided__multiline.sta", "MT940", 2, 2, "119.00", "5.00", "", "", 1,
        why="an entry stands behind the end of the message: it is a statement of no account"),
    Row("mt940/self-provided__sparkassen.sta", "MT940", 1, 1, "30.00", "0", "", "", 0,
        why="a fragment of one entry without a statement around it is read as one"),
    Row("mt940/self-provided__whitespace.sta", "MT940", 1, 1, "0", "233.15", "12345.12", "12345.98", 1, off="234.01"),
)
# fmt: on
