"""Small files as banks export them, made up for the tests: the shapes are theirs, the names and numbers are not."""

# By bank: the file; what its one payment in must read as: amount, payer, payer's account, reference, day.
TABLES = {
    "DKB": (
        '"Girokonto";"DE02120300000000202051"\n"Kontostand vom 01.07.2026:";"1.234,56 EUR"\n""\n'
        '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";'
        '"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"\n'
        '"30.06.26";"30.06.26";"Gebucht";"Nordwind GmbH";"Wir selbst";"RE 17";"Eingang";'
        '"DE89370400440532013000";"1.250,00";"";"";"K1"\n'
        '"29.06.26";"29.06.26";"Gebucht";"Wir selbst";"Vermieter";"Miete";"Ausgang";"DE12500105170648489890";'
        '"-1.000,00";"";"";""\n'
        '"01.07.26";"01.07.26";"Vorgemerkt";"Wir selbst";"Markt";"Karte";"Ausgang";"";"-12,00";"";"";""\n',
        ("1250.00", "Nordwind GmbH", "DE89370400440532013000", "K1", "2026-06-30"),
    ),
    "Volksbank": (
        "Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;"
        "Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;"
        "Betrag;Waehrung;Saldo nach Buchung;Bemerkung;Kategorie;Steuerrelevant;Glaeubiger ID;Mandatsreferenz\n"
        "Giro;DE02120300000000202051;GENO;Volksbank;30.06.2026;30.06.2026;Nordwind GmbH;DE89370400440532013000;COBA;"
        "Gutschrift;RE 17;1250,00;EUR;2250,00;;;;;\n",
        ("1250.00", "Nordwind GmbH", "DE89370400440532013000", "", "2026-06-30"),
    ),
    "ING-DiBa": (
        "Umsatzanzeige;Datei erstellt am: 01.07.2026 08:00\n\nIBAN;DE02 1203 0000 0000 2020 51\nKontoname;Girokonto\n"
        "Bank;ING\nSaldo;2.250,00;EUR\n\nBuchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;"
        "Währung;Betrag;Währung\n"
        "30.06.2026;30.06.2026;Nordwind GmbH;Gutschrift;RE 17;2.250,00;EUR;1.250,00;EUR\n",
        ("1250.00", "Nordwind GmbH", "", "", "2026-06-30"),
    ),
    "Deutsche Bank": (
        "Umsätze Girokonto;;;01.06.2026 - 30.06.2026\nBuchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;"
        "IBAN / Kontonummer;BIC;Kundenreferenz;Mandatsreferenz ;Gläubiger ID;Fremde Gebühren;Betrag;Abweichender Empfänger;"
        "Anzahl der Aufträge;Anzahl der Schecks;Soll;Haben;Währung\n"
        "30.06.2026;30.06.2026;SEPA-Gutschrift;Nordwind GmbH;RE 17;DE89370400440532013000;COBA;K1;;;;;;;;;1.250,00;EUR\n"
        "30.06.2026;30.06.2026;SEPA-Lastschrift;Strom AG;Abschlag;DE12500105170648489890;INGD;;;;;;;;;-80,00;;EUR\n",
        ("1250.00", "Nordwind GmbH", "DE89370400440532013000", "K1", "2026-06-30"),
    ),
    "older Volksbank with marks": (
        '"Buchungstag";"Valuta";"Auftraggeber/Zahlungsempfänger";"Empfänger/Zahlungspflichtiger";"Konto-Nr.";'
        '"IBAN";"BLZ";"BIC";'
        '"Vorgang/Verwendungszweck";"Kundenreferenz";"Währung";"Umsatz";" "\n'
        '"30.06.2026";"30.06.2026";"Nordwind GmbH";"Wir selbst";"";"DE89370400440532013000";"";"COBA";"RE 17";'
        '"K1";"EUR";"1.250,00";"H"\n'
        '"30.06.2026";"30.06.2026";"Wir selbst";"Strom AG";"";"DE12500105170648489890";"";"";"Abschlag";"";"EUR";"80,00";"S"\n'
        '"01.06.2026";"";"";"";"";"";"";"";"";"Anfangssaldo";"EUR";"100,00";"H"\n'
        '"30.06.2026";"";"";"";"";"";"";"";"";"Endsaldo";"EUR";"1.270,00";"H"\n',
        ("1250.00", "Nordwind GmbH", "DE89370400440532013000", "K1", "2026-06-30"),
    ),
    "UBS": (
        "Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einzelbetrag;"
        "Saldo;Transaktions-Nr.;"
        "Beschreibung1;Beschreibung2;Beschreibung3;Fussnoten\n"
        "2026-06-30;;2026-06-30;2026-06-30;CHF;;1'250.00;;2'250.00;9999123;Nordwind AG;RE 17;Gutschrift;\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Raiffeisen Switzerland": (
        "IBAN;Booked At;Text;Credit/Debit Amount;Balance;Valuta Date\n"
        "CH5009000000852066452;2026-06-30 00:00:00.0;Gutschrift Nordwind AG RE 17;1250;2250;2026-06-30 00:00:00.0\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "ING Netherlands": (
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";'
        '"Saldo na mutatie";"Tag"\n'
        '"20260630";"Nordwind BV";"NL69INGB0123456789";"NL91ABNA0417164300";"OV";"Bij";"1250,00";'
        '"Overschrijving";"RE 17";"2250,00";""\n'
        '"20260629";"Stroom BV";"NL69INGB0123456789";"NL02RABO0123456789";"IC";"Af";"80,00";"Incasso";"Termijn";"1000,00";""\n',
        ("1250.00", "Nordwind BV", "NL91ABNA0417164300", "", "2026-06-30"),
    ),
    "Rabobank": (
        '"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN",'
        '"Naam tegenpartij","Naam uiteindelijke partij","Code","Transactiereferentie","Omschrijving-1","Omschrijving-2"\n'
        '"NL69RABO0123456789","EUR","RABONL2U","000000000000007001","2026-06-30","2026-06-30","+1250,00","+2250,00",'
        '"NL91ABNA0417164300","Nordwind BV","","cb","","RE 17"," "\n',
        ("1250.00", "Nordwind BV", "NL91ABNA0417164300", "", "2026-06-30"),
    ),
    "Barclays": (
        "Number,Date,Account,Amount,Subcategory,Memo\n\t ,30/06/2026,20-00-00 12345678,1250.00,Counter Credit,"
        "NORDWIND LTD RE 17 BGC\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Lloyds": (
        "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,"
        "Credit Amount,Balance\n"
        "30/06/2026,FPI,'30-00-00,12345678,NORDWIND LTD RE 17,,1250.00,2250.00\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "NatWest": (
        "Date, Type, Description, Value, Balance, Account Name, Account Number\n"
        "30/06/2026,BAC,NORDWIND LTD RE 17,1250.00,2250.00,US LTD,600001-12345678\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Starling": (
        "Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n"
        "30/06/2026,Nordwind Ltd,RE 17,FASTER PAYMENT,1250.00,2250.00,INCOME,\n",
        ("1250.00", "Nordwind Ltd", "", "RE 17", "2026-06-30"),
    ),
    "Revolut": (
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "TRANSFER,Current,2026-06-29 10:00:00,2026-06-30 10:00:00,From Nordwind GmbH,1250.00,0.00,EUR,COMPLETED,2250.00\n"
        "CARD_PAYMENT,Current,2026-06-30 10:00:00,,Shop,-3.00,0.00,EUR,PENDING,\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Chase": (
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
        'CREDIT,06/30/2026,"ORIG CO NAME:NORDWIND INC RE 17",1250.00,ACH_CREDIT,2250.00,,\n'
        'DEBIT,06/29/2026,"POWER CO",-80.00,ACH_DEBIT,1000.00,,\n',
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Bank of America": (
        'Description,,Summary Amt.\nBeginning balance as of 06/01/2026,,"1,000.00"\nTotal credits,,"1,250.00"\n\n'
        "Date,Description,Amount,Running Bal.\n"
        '06/01/2026,Beginning balance as of 06/01/2026,,"1,000.00"\n06/30/2026,"NORDWIND INC RE 17","1,250.00","2,250.00"\n',
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Banque Populaire": (
        "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;Informations complementaires;Type operation;"
        "Categorie;Sous categorie;Debit;Credit;Date operation;Date de valeur;Pointage operation\n"
        "30/06/2026;NORDWIND SARL;VIR RE 17;ABC;;Virement recu;;;;+1250,00;30/06/2026;30/06/2026;0\n"
        "29/06/2026;EDF;PRLV;DEF;;Prelevement;;;-80,00;;29/06/2026;29/06/2026;0\n",
        ("1250.00", "", "", "ABC", "2026-06-30"),
    ),
    "BBVA": (
        "Últimos movimientos\n\nF.Valor;Fecha;Concepto;Movimiento;Importe;Divisa;Disponible;Divisa;Observaciones\n"
        "30/06/2026;30/06/2026;Transferencia recibida;NORDWIND SL RE 17;1250,00;EUR;2250,00;EUR;\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Intesa": (
        "Data contabile;Data valuta;Descrizione;Accrediti;Addebiti;Descrizione estesa;Mezzo\n"
        "30/06/2026;30/06/2026;Bonifico;1.250,00;;NORDWIND SRL FATT RE 17;Internet\n"
        "29/06/2026;29/06/2026;Bolletta;;-80,00;ENEL;Internet\n",
        ("1250.00", "", "", "", "2026-06-30"),
    ),
    "Wise": (
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Payer Name,Payee Name,"
        "Payee Account Number,Merchant,Total fees\n"
        "TRANSFER-1,30-06-2026,1250.00,EUR,Received money from Nordwind,RE 17,2250.00,Nordwind GmbH,,,,0.00\n",
        ("1250.00", "Nordwind GmbH", "", "RE 17", "2026-06-30"),
    ),
    "PayPal": (
        '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address",'
        '"Transaction ID","Balance"\n'
        '"30/06/2026","10:00:00","CEST","Nordwind GmbH","Payment","Completed","EUR","1.250,00","-25,00",'
        '"1.225,00","a@b.example",'
        '"7AB","1.225,00"\n',
        ("1225.00", "Nordwind GmbH", "", "", "2026-06-30"),
    ),
}  # fmt: skip
