"""camt messages: entries and the payments in them, who paid, references, charges, what comes back; broken and hostile files."""

import io
import zipfile
from decimal import Decimal

import pytest

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.lines import Foot, Head, StatementLine
from invoices.statements.opening import open_statement

OWN = "DE02120300000000202051"
PAYMENT = """<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{amount}<RltdPties><Dbtr>{name}</Dbtr>
<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties><RmtInf>{remittance}</RmtInf>{more}</TxDtls>"""


def payment(amount="", name="<Nm>Nordwind GmbH</Nm>", remittance="<Ustrd>RE 17</Ustrd>", end_to_end="NOTPROVIDED", more=""):
    money = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    return PAYMENT.format(amount=money, name=name, remittance=remittance, end_to_end=end_to_end, more=more)


def entry(amount="100.00", details="", direction="CRDT", status="<Sts>BOOK</Sts>", day="2026-06-30", more=""):
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}{status}
    <BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>{details}</NtryDtls></Ntry>"""


def message(*entries, version="053.001.08", kind="BkToCstmrStmt", name="Stmt", balances=("1000.00", "1100.00"), begin=""):
    opening, closing = balances
    balance = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    return (
        f'{begin}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{version}"><{kind}><GrpHdr/><{name}><Id>S1</Id>'
        f"<Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balance}{''.join(entries)}</{name}></{kind}></Document>"
    ).encode()


def read(content, **options):
    file = open_statement(content, "camt.xml", **options)
    parts = list(file.parts())
    return file, [part for part in parts if isinstance(part, StatementLine)], parts


@pytest.mark.proves("P13")
def test_a_payment_with_all_it_says():
    strd = "<Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd><Ustrd>for</Ustrd><Ustrd>RE 17</Ustrd>"
    detail = payment(remittance=strd, end_to_end="E2E-1", name="<Pty><Nm>Nordwind GmbH</Nm></Pty>")
    file, (line,), parts = read(message(entry(details=detail, status="<Sts><Cd>BOOK</Cd></Sts>")))
    assert (line.amount, line.payer, line.payer_account) == (Decimal("100.00"), "Nordwind GmbH", "DE89370400440532013000")
    assert (line.reference, line.text) == ("RF18539007547034", "for\nRE 17\nE2E-1")
    assert (parts[0].account, parts[0].number, parts[0].opening) == (OWN, "S1", Decimal("1000.00"))
    assert (parts[-1].closing, parts[-1].difference, file.format) == (Decimal("1100.00"), Decimal("0.00"), "camt.053.001.08")


@pytest.mark.parametrize(
    ("version", "kind", "name"),
    [
        ("052.001.06", "BkToCstmrAcctRpt", "Rpt"),
        ("053.001.01", "BkToCstmrStmtV01", "Stmt"),
        ("053.001.13", "BkToCstmrStmt", "Stmt"),
        ("054.001.11", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    ],
)
def test_every_message_of_every_version(version, kind, name):
    file, (line,), _parts = read(message(entry(details=payment()), version=version, kind=kind, name=name))
    assert (file.format, line.text) == (f"camt.{version}", "RE 17")


def test_an_entry_over_several_payments_is_a_line_each_where_they_add_up():
    details = payment("60.00") + payment("40.00", name="<Nm>Südwind AG</Nm>", remittance="<Ustrd>RE 18</Ustrd>")
    _file, lines, _parts = read(message(entry(details=details)))
    assert [(line.amount, line.payer, line.text) for line in lines] == [
        (Decimal("60.00"), "Nordwind GmbH", "RE 17"),
        (Decimal("40.00"), "Südwind AG", "RE 18"),
    ]


@pytest.mark.parametrize("amounts", [("60.00", "30.00"), ("", "")])
def test_an_entry_whose_payments_do_not_add_up_stays_one_line_and_warns(amounts):
    details = payment(amounts[0]) + payment(amounts[1], remittance="<Ustrd>RE 18</Ustrd>")
    file, (line,), _parts = read(message(entry(details=details)))
    assert (line.amount, line.text, line.payer) == (Decimal("100.00"), "RE 17\nRE 18", "")
    assert "stays one line" in file.warnings[0]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "AC04"),
        ("<BkTxCd><Domn><Fmly><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>", ""),
        ("<BkTxCd><Prtry><Cd>NRTI+109+9310+914</Cd></Prtry></BkTxCd>", ""),
    ],
)
def test_a_direct_debit_that_comes_back_says_so_and_names_whose_it_was(more, code):
    _file, (line,), _parts = read(message(entry(details=payment(more=more), direction="DBIT")))
    assert (line.amount, line.reversal, line.reason_code) == (Decimal("-100.00"), True, code)
    assert line.payer == "Nordwind GmbH"


def test_of_a_reversed_entry_the_parties_stand_as_in_the_first_one():
    ours = payment().replace("<Dbtr>", "<Cdtr><Nm>We ourselves</Nm></Cdtr><Dbtr>")
    _file, (line,), _parts = read(message(entry(details=ours, direction="DBIT", more="<RvslInd>true</RvslInd>")))
    assert (line.reversal, line.payer) == (True, "Nordwind GmbH")
    _file, (line,), _parts = read(message(entry(details=ours, direction="DBIT")))
    assert (line.reversal, line.payer) == (False, "We ourselves")


@pytest.mark.parametrize(
    ("more", "charges"),
    [
        ('<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>', "2.50"),
        ('<Chrgs><Amt Ccy="EUR">2.50</Amt></Chrgs>', "2.50"),
        ('<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">3.00</TtlChrgsAndTaxAmt></Chrgs>', "3.00"),
        ('<AmtDtls><InstdAmt><Amt Ccy="EUR">115.00</Amt></InstdAmt></AmtDtls>', "15.00"),
        ('<AmtDtls><InstdAmt><Amt Ccy="USD">115.00</Amt></InstdAmt></AmtDtls>', "0.00"),
        ('<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt><ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>', "0.00"),
    ],
)
def test_what_banks_kept_of_a_payment(more, charges):
    _file, (line,), _parts = read(message(entry(details=payment(more=more))))
    assert line.charges == Decimal(charges)


def test_entries_not_booked_yet_and_over_nothing_are_left_out_aloud():
    entries = [entry(details=payment()), entry(status="<Sts>PDNG</Sts>"), entry(amount="0.00")]
    file, lines, _parts = read(message(*entries))
    assert len(lines) == 1
    assert file.warnings == [
        "Entries that are not booked yet, which are left out: 1.",
        "Lines over an amount of zero, which are left out: 1.",
    ]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (entry(amount="8.855"), "amount"),
        (entry(amount="8,85"), "amount"),
        (entry(day="2026-02-30"), "date"),
        (entry(direction="XXXX"), "CdtDbtInd"),
    ],
)
def test_a_bad_entry_is_refused_and_the_others_are_read(bad, field):
    _file, lines, parts = read(message(bad, entry(details=payment())))
    assert len(lines) == 1
    assert [part.field for part in parts if isinstance(part, LineProblem)] == [field]


def test_a_file_that_breaks_off_gives_what_stands_before():
    whole = message(entry(details=payment()), entry(details=payment()))
    _file, lines, parts = read(whole[: whole.rindex(b"<Ntry>") + 30])
    assert [type(part) for part in parts] == [Head, StatementLine, LineProblem, Foot]
    assert len(lines) == 1


ENTITIES = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY file SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_brings_entities_is_refused(encoding):
    body = "<Document><BkToCstmrStmt><Stmt>&file;</Stmt></BkToCstmrStmt></Document>"
    content = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITIES}{body}'
    with pytest.raises(ImportProblem, match="DOCTYPE"):
        open_statement(content.encode(encoding), "camt.xml")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<!doctype html><html><body>Log in</body></html>", "web page"),
        (b"<Invoice><ID>1</ID></Invoice>", "no bank statement"),
        (b"<Document><BkToCstmrStmt><GrpHdr></BkToCstmrStmt>", "Line 1: this is not well-formed XML"),
        (b"\x00\x01\x02\x03" * 50, "neither text nor a spreadsheet"),
    ],
)
def test_what_is_no_statement_is_refused_with_the_reason(content, reason):
    with pytest.raises(ImportProblem, match=reason):
        open_statement(content, "statement.xml", currency="EUR")


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_is_all_the_statements_in_it():
    content = zipped(one=message(entry(details=payment())), two=message(entry(details=payment())), readme=b"%PDF-1")
    file, lines, parts = read(content)
    assert (len(lines), sum(isinstance(part, Foot) for part in parts), file.format) == (2, 2, "camt.053.001.08")
    [refused] = [part for part in parts if isinstance(part, LineProblem)]
    assert (refused.line, refused.field) == (0, "readme") and str(refused).startswith("readme: This is a PDF")


@pytest.mark.parametrize("direction", ["DBIT", "CRDT"])
def test_an_amount_below_nothing_is_refused(direction):
    """A debit of -5 may be money in, or out with its sign twice."""
    file, lines, parts = read(message(entry("5.00", payment()), entry("-5.00", payment(), direction)))
    [refused] = [part for part in parts if isinstance(part, LineProblem)]
    assert (len(lines), refused.field, refused.line > 0) == (1, "Amt", True)
    assert "cannot be known" in refused.reason


def test_a_balance_below_nothing_is_not_compared():
    file, _lines, parts = read(message(entry("5.00", payment()), balances=("-10.00", "-5.00")))
    assert parts[-1].difference is None
    assert "A balance (OPBD) cannot be read: -10.00 is below nothing." in file.warnings


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped(), "no files"),
        (zipped(readme=b"%PDF-1"), "readme: This is a PDF"),
        (zipped(inner=zipped(one=message())), "zip file in a zip file"),
        (b"PK\x03\x04garbage", "damaged"),
        (zipped(müller=b"1").replace("müller".encode(), b"m\xd6\xd6ller"), "damaged"),
    ],
)
def test_a_zip_without_statements_is_refused(content, reason):
    with pytest.raises(ImportProblem, match=reason):
        open_statement(content, "x.zip")
