"""Electronic invoices of our own making, for tests: each schema in its shortest form, with the parts a test names."""

import io

import pikepdf

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
CII = "urn:un:unece:uncefact:data:standard"


def ubl(
    number="INV-1",
    *,
    root="Invoice",
    code="380",
    issued="2026-05-04",
    due="2026-06-03",
    currency="EUR",
    seller="Hollis Tools",
    buyer="Birch GmbH",
    total="119.00",
    prepaid="",
    rounding="",
    payable="",
    terms="",
    buyer_tax_id="",
    buyer_id="",
    seller_tax_id="",
    extra="",
    account="DE02120300000000202051",
    means="",
):
    """A UBL Invoice or CreditNote as bytes; "" leaves a part out. `extra` goes in front of the parties."""
    line = "InvoiceLine" if root == "Invoice" else "CreditNoteLine"
    quantity = "InvoicedQuantity" if root == "Invoice" else "CreditedQuantity"
    sums = _some("PrepaidAmount", prepaid) + _some("PayableRoundingAmount", rounding) + _some("PayableAmount", payable or total)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{UBL}:{root}-2" xmlns:cac="{UBL}:CommonAggregateComponents-2" xmlns:cbc="{UBL}:CommonBasicComponents-2">
  {_some("ID", number)}
  {_some("IssueDate", issued)}
  {_some("DueDate", due)}
  {_some(f"{root}TypeCode", code)}
  <cbc:Note>Thank you.</cbc:Note>
  {_some("DocumentCurrencyCode", currency)}
  <cbc:BuyerReference>B-77</cbc:BuyerReference>
  <cac:OrderReference><cbc:ID>PO-9</cbc:ID></cac:OrderReference>
  {extra}
  <cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>{seller}</cbc:Name></cac:PartyName>
    {_tax_id(seller_tax_id)}</cac:Party></cac:AccountingSupplierParty>
  {_ubl_buyer(buyer, buyer_id, buyer_tax_id)}
  <cac:Delivery><cbc:ActualDeliveryDate>2026-05-02</cbc:ActualDeliveryDate></cac:Delivery>
  <cac:PaymentMeans>{_some("PaymentMeansCode", means)}
    <cac:PayeeFinancialAccount><cbc:ID>{account}</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
  <cac:PaymentTerms>{_some("Note", terms)}</cac:PaymentTerms>
  <cac:TaxTotal><cbc:TaxAmount>19.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount>100.00</cbc:TaxableAmount>
    <cbc:TaxAmount>19.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent></cac:TaxCategory>
  </cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount>
    {_some("TaxInclusiveAmount", total)}{sums}</cac:LegalMonetaryTotal>
  <cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity}>200</cbc:{quantity}><cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>Saw blade</cbc:Name>
      <cac:ClassifiedTaxCategory><cbc:Percent>19</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount>50.00</cbc:PriceAmount><cbc:BaseQuantity>100</cbc:BaseQuantity></cac:Price></cac:{line}>
</{root}>""".encode()


def _ubl_buyer(name, number, tax_id):
    return f"""<cac:AccountingCustomerParty><cac:Party>
    {f"<cac:PartyIdentification><cbc:ID>{number}</cbc:ID></cac:PartyIdentification>" if number else ""}
    <cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName>
    <cac:PostalAddress><cbc:StreetName>Ring 5</cbc:StreetName>
      <cbc:CityName>Ulm</cbc:CityName><cbc:PostalZone>89073</cbc:PostalZone>
      <cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
    {_tax_id(tax_id)}
    <cac:Contact><cbc:Name>Ada Brun</cbc:Name><cbc:Telephone>+49 731 12345</cbc:Telephone>
      <cbc:ElectronicMail>ap@birch.example</cbc:ElectronicMail></cac:Contact>
  </cac:Party></cac:AccountingCustomerParty>"""


def cii(
    number="INV-1",
    *,
    code="380",
    issued="20260504",
    due="20260603",
    total="119.00",
    prepaid="",
    payable="119.00",
    seller="Hollis Tools",
    buyer="Birch GmbH",
    extra="",
):
    """A Cross Industry Invoice (Factur-X BASIC WL) as bytes."""
    terms = (
        f"<ram:DueDateDateTime><udt:DateTimeString format='102'>{due}</udt:DateTimeString></ram:DueDateDateTime>" if due else ""
    )
    beforehand = f"<ram:TotalPrepaidAmount>{prepaid}</ram:TotalPrepaidAmount>" if prepaid else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{CII}:CrossIndustryInvoice:100" xmlns:udt="{CII}:UnqualifiedDataType:100"
    xmlns:ram="{CII}:ReusableAggregateBusinessInformationEntity:100">
  <rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{code}</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">{issued}</udt:DateTimeString></ram:IssueDateTime></rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty><ram:Name>{seller}</ram:Name></ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:ID>C-7</ram:ID><ram:Name>{buyer}</ram:Name></ram:BuyerTradeParty>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeDelivery/>
    <ram:ApplicableHeaderTradeSettlement>
      <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
      {extra}<ram:SpecifiedTradePaymentTerms>{terms}</ram:SpecifiedTradePaymentTerms>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>
        <ram:TaxTotalAmount currencyID="GBP">16.00</ram:TaxTotalAmount>
        <ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>
        <ram:GrandTotalAmount>{total}</ram:GrandTotalAmount>{beforehand}
        <ram:DuePayableAmount>{payable}</ram:DuePayableAmount>
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>""".encode()


def fattura(*bodies, seller="Hollis Tools", buyer="Birch GmbH"):
    """A FatturaPA of one buyer with these bodies (`fattura_body`), as bytes."""
    party = "<DatiAnagrafici><Anagrafica><Denominazione>{}</Denominazione></Anagrafica></DatiAnagrafici>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
  <FatturaElettronicaHeader><CedentePrestatore>{party.format(seller)}</CedentePrestatore>
    <CessionarioCommittente>{party.format(buyer)}</CessionarioCommittente></FatturaElettronicaHeader>
  {"".join(bodies)}
</p:FatturaElettronica>""".encode()


def fattura_body(number, *, code="TD01", total="122.00", payments="", head="", split="I", enclosed=""):
    """One invoice inside a FatturaPA."""
    return f"""<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento><TipoDocumento>{code}</TipoDocumento>
    <Divisa>EUR</Divisa><Data>2026-05-04</Data><Numero>{number}</Numero>{head}
    <ImportoTotaleDocumento>{total}</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
  <DatiBeniServizi><DettaglioLinee><Descrizione>Lame</Descrizione><Quantita>2</Quantita><PrezzoUnitario>50</PrezzoUnitario>
    <PrezzoTotale>100.00</PrezzoTotale><AliquotaIVA>22</AliquotaIVA></DettaglioLinee>
    <DatiRiepilogo><AliquotaIVA>22</AliquotaIVA><ImponibileImporto>100.00</ImponibileImporto><Imposta>22.00</Imposta>
    <EsigibilitaIVA>{split}</EsigibilitaIVA></DatiRiepilogo></DatiBeniServizi>
  <DatiPagamento>{payments}</DatiPagamento>{enclosed}</FatturaElettronicaBody>"""


def pdf(xml=b"", name="factur-x.xml", others=()):
    """An empty page with this XML, and other (name, content) pairs, attached."""
    document = pikepdf.new()
    document.add_blank_page()
    for called, content in [*([(name, xml)] if xml else []), *others]:
        document.attachments[called] = content
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _some(name, value):
    return f"<cbc:{name}>{value}</cbc:{name}>" if value else ""


def _tax_id(number):
    return f"<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID></cac:PartyTaxScheme>" if number else ""
