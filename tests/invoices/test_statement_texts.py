"""MT940 and MT942, OFX, QIF: small files of ours in the shapes that banks give them, and each refusal."""

from decimal import Decimal

import pytest

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.lines import Foot, Head, StatementLine
from invoices.statements.opening import open_statement
from invoices.statements.texts import plain_amount


def read(text, **options):
    content = text if isinstance(text, bytes) else text.encode()
    file = open_statement(content, "file", **{"currency": "EUR"} | options)
    parts = list(file.parts())
    return file, [part for part in parts if isinstance(part, StatementLine)], parts


def mt940(*entries, opening="C260629EUR1000,00", closing="C260630EUR1100,00"):
    body = "\r\n".join(entries)
    return f":20:STARTUMS\r\n:25:12030000/202051\r\n:28C:1/1\r\n:60F:{opening}\r\n{body}\r\n:62F:{closing}\r\n-\r\n"


GERMAN = (
    ":61:2606300630CR100,00N166NONREF//B1\r\n"
    ":86:166?00SEPA GUTSCHRIFT?20EREF+E2E-1?21SVWZ+Rechnung RE 17 vom 01?22.06.2026 Danke"
    "?30COBADEFF?31DE89370400440532013000?32Nordwind Handelsgesellscha?33ft mbH"
)


@pytest.mark.proves("P13")
def test_a_german_entry_with_all_it_says():
    file, (line,), parts = read(mt940(GERMAN))
    assert (line.amount, line.reference, line.bank_reference) == (Decimal("100.00"), "E2E-1", "B1")
    assert (line.payer_account, line.text) == ("DE89370400440532013000", "Rechnung RE 17 vom 01 .06.2026 Danke")
    assert (file.format, parts[0].account, parts[-1].difference) == ("MT940", "12030000/202051", Decimal("0.00"))


@pytest.mark.parametrize(
    ("details", "payer", "account", "reference", "text"),
    [
        ("/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Nordwind BV/REMI/RE 17/EREF/E2E-1",
         "Nordwind BV", "NL91ABNA0417164300", "E2E-1", "RE 17"),
        ("/CNTP/NL91ABNA0417164300/ABNANL2A/Nordwind BV///REMI/USTD//RE 17/", "Nordwind BV", "NL91ABNA0417164300", "", "RE 17"),
        ("SEPA OVERBOEKING IBAN: NL91ABNA0417164300 BIC: ABNANL2A\r\nNAAM: Nordwind BV\r\nOMSCHRIJVING: RE 17",
         "Nordwind BV", "NL91ABNA0417164300", "", "RE 17"),
        ("051~00PRZELEW~20FAKTURA RE 17~32NORDWIND SP~33Z O O~38PL61109010140000071219812874",
         "NORDWIND SP Z O O", "PL61109010140000071219812874", "", "FAKTURA RE 17"),
        ("NORDWIND LTD RE 17", "", "", "", "NORDWIND LTD RE 17"),
    ],
)  # fmt: skip
def test_the_ways_banks_fill_the_details(details, payer, account, reference, text):
    _file, (line,), _parts = read(mt940(f":61:2606300630C100,00NTRFNONREF\r\n:86:{details}"))
    assert (line.payer, line.payer_account, line.reference, line.text) == (payer, account, reference, text)


@pytest.mark.parametrize(
    ("entry", "amount", "reversal", "code"),
    [
        (":61:2606300630RC100,00NTRFNONREF\r\n:86:x", "-100.00", True, ""),
        (":61:2606300630RDR100,00NTRFNONREF\r\n:86:x", "100.00", True, ""),
        (":61:2606300630D100,00N109NONREF\r\n:86:109?00RUECKLASTSCHRIFT?20EREF+1?34914", "-100.00", True, "914"),
        (":61:2606300630DR100,N020NONREF\r\n:86:020?20x", "-100.00", False, ""),
    ],
)
def test_what_comes_back_says_so(entry, amount, reversal, code):
    _file, (line,), _parts = read(mt940(entry))
    assert (line.amount, line.reversal, line.reason_code) == (Decimal(amount), reversal, code)


@pytest.mark.parametrize(
    ("dates", "booked", "valued"),
    [
        ("2601021231", "2025-12-31", "2026-01-02"),
        ("2512310102", "2026-01-02", "2025-12-31"),
        ("260630", "2026-06-30", "2026-06-30"),
        ("2602300302", "2026-03-02", "2026-03-02"),
    ],
)
def test_the_booking_day_has_no_year_of_its_own(dates, booked, valued):
    _file, (line,), _parts = read(mt940(f":61:{dates}C100,00NTRFNONREF"))
    assert (line.booked_on.isoformat(), line.valued_on.isoformat()) == (booked, valued)


@pytest.mark.parametrize("entry", [":61:2606301331C1,00NTRFX", ":61:26063006C100,00", ":61:rubbish", ":61:260631C1,00NTRFX"])
def test_an_entry_that_cannot_be_read_is_refused_by_its_line(entry):
    _file, lines, parts = read(mt940(GERMAN, entry))
    assert len(lines) == 1
    assert [part.line for part in parts if isinstance(part, LineProblem)] == [7]


def test_what_is_only_expected_is_counted_and_left_out():
    file, lines, parts = read(mt940(":61:2606300630EC5,00NTRFX", ":61:2606300630C100,00NTRFY"))
    assert [line.amount for line in lines] == [Decimal("100.00")]
    assert not any(isinstance(part, LineProblem) for part in parts)
    assert file.warnings == ["Entries that are not booked yet, which are left out: 1."]


@pytest.mark.parametrize(
    ("charges", "kept"), [("/CHGS/EUR2,50/", "2.50"), ("/CHGS/USD2,50/", "0"), ("/CHGS/EUR1,//CHGS/EUR2,/", "3")]
)
def test_charges_count_in_the_currency_of_the_statement(charges, kept):
    _file, (line,), _parts = read(mt940(f":61:2606300630C97,50NTRFX\r\n/OCMT/EUR100,00{charges}"))
    assert line.charges == Decimal(kept)


def test_a_field_of_very_many_lines_is_read_in_one_go():
    """What every line copied of those before it would take minutes."""
    _file, (line,), _parts = read(mt940(":61:2606300630C100,00NTRFX\r\n:86:RE 17\r\n" + "more\r\n" * 60_000))
    assert line.text.startswith("RE 17\nmore")


def test_an_interim_report_has_no_balances():
    head = ":20:X\n:25:DE02120300000000202051\n:28C:1\n:34F:EUR0,\n:13D:2606301200+0200\n"
    text = f"{head}:61:2606300630C5,00NTRFRE17\n:86:x\n:90C:1EUR5,\n-\n"
    file, (line,), parts = read(text)
    assert (file.format, line.currency, line.reference, parts[-1]) == ("MT942", "EUR", "RE17", Foot())


def ofx(*transactions, head="OFXHEADER:100\nDATA:OFXSGML\nCHARSET:1252\n\n", currency="<CURDEF>EUR"):
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{currency}<BANKACCTFROM><BANKID>1<ACCTID>202051</BANKACCTFROM><BANKTRANLIST>\n"
        + "\n".join(transactions)
        + "\n</BANKTRANLIST><LEDGERBAL><BALAMT>1100.00<DTASOF>20260630</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode("cp1252")


def transaction(day="20260630120000[-5:EST]", amount="100.00", identifier="1", more="<NAME>Müller &amp; Söhne"):
    return f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{identifier}{more}<MEMO>RE 17</STMTTRN>"


def test_an_ofx_transaction_with_all_it_says():
    file, (line,), parts = read(ofx(transaction()))
    assert (line.amount, line.payer, line.text, line.line) == (Decimal("100.00"), "Müller & Söhne", "RE 17", 6)
    assert (line.booked_on.isoformat(), line.bank_reference) == ("2026-06-30", "1")
    assert (file.format, parts[0].account, parts[-1].closing) == ("OFX 1", "202051", Decimal("1100.00"))


def test_ofx_in_xml_with_closed_tags_and_another_party():
    more = "<PAYEE><NAME>Nordwind</NAME><CITY>Kiel</CITY></PAYEE><BANKACCTTO><ACCTID>77</ACCTID></BANKACCTTO>"
    head = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n'
    file, (line,), parts = read(ofx(transaction(more=more), head=head))
    assert (file.format, line.payer, line.payer_account, parts[0].account) == ("OFX 2", "Nordwind", "77", "202051")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (transaction(day=""), "DTPOSTED: is missing"),
        (transaction(day="00000000"), 'DTPOSTED: "00000000" is not a date'),
        (transaction(day="20260231"), 'DTPOSTED: "20260231" is not a date'),
        (transaction(amount=""), "TRNAMT: is missing"),
        (transaction(amount="ten"), 'amount: "ten" is not an amount'),
        (transaction(amount="1.005"), "amount: 1.005 has more than 2 decimals, EUR has no more"),
    ],
)
def test_a_broken_transaction_is_refused_and_the_next_is_read(entry, problem):
    _file, lines, parts = read(ofx(entry, transaction()))
    assert len(lines) == 1
    assert [str(part) for part in parts if isinstance(part, LineProblem)] == [problem]


def test_an_id_given_twice_is_told_and_both_are_read():
    file, lines, _parts = read(ofx(transaction(), transaction()))
    assert (len(lines), len(file.warnings)) == (2, 1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234,56", "1234.56"),
        ("-1.234,56", "-1234.56"),
        ("1,234.56", "1234.56"),
        ("+5", "5"),
        (".5", "0.5"),
        ("1.234.567", "1234567"),
    ],
)
def test_amounts_without_thousands_and_with_them_all_the_same(text, amount):
    assert plain_amount(text) == Decimal(amount)


QIF = "!Type:Bank\nD30/06/2026\nT1,250.00\nPNordwind GmbH\nMRE 17\nN17\n^\nD1/7'26\nT-80.00\nPStrom\n^\n"


def test_a_qif_file():
    file, lines, parts = read(QIF)
    assert [(line.amount, line.payer, line.text, str(line.booked_on)) for line in lines] == [
        (Decimal("1250.00"), "Nordwind GmbH", "RE 17", "2026-06-30"),
        (Decimal("-80.00"), "Strom", "", "2026-07-01"),
    ]
    assert (file.format, len(parts)) == ("QIF", 4)


def test_qif_accounts_are_statements_and_categories_are_left_out_aloud():
    text = "!Account\nNGiro\nTBank\n^\n" + QIF + "!Account\nNSavings\nTBank\n^\n" + QIF + "!Type:Cat\nNFood\n^\n"
    file, lines, parts = read(text)
    assert [part.account for part in parts if isinstance(part, Head)] == ["Giro", "Savings"]
    assert (len(lines), len(file.warnings)) == (4, 1)


@pytest.mark.parametrize(
    ("text", "options", "option"),
    [
        (QIF, {"currency": ""}, "currency"),
        ("!Type:Bank\nD1/2/2026\nT1.00\n^\n", {}, "date_order"),
        ("!Type:Bank\nD30/6/2026\nT1,000\n^\n", {}, "decimal"),
        ("!Type:Cat\nNFood\n^\n", {}, ""),
    ],
)
def test_a_qif_file_that_leaves_something_open_is_refused(text, options, option):
    with pytest.raises(ImportProblem) as refusal:
        read(text, **options)
    assert refusal.value.option == option


def test_a_broken_qif_record_is_refused_by_its_line():
    _file, lines, parts = read(QIF + "D31/06/2026\nT1.00\n^\nD30/06/2026\nTx\n^\nPnobody\n^\n")
    assert len(lines) == 2
    assert [(part.line, part.field) for part in parts if isinstance(part, LineProblem)] == [(12, "D"), (15, "T"), (18, "D")]


def test_old_charsets_and_line_ends():
    _file, lines, _parts = read(QIF.replace("Nordwind", "Müller").replace("\n", "\r").encode("cp1252"))
    assert lines[0].payer == "Müller GmbH"
    _file, lines, _parts = read(QIF.replace("Nordwind", "Müller").encode("utf-16"))
    assert lines[0].payer == "Müller GmbH"
