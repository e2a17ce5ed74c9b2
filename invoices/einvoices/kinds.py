"""The types of document that electronic invoices name (UNTDID 1001; Italy's TD codes), and which of them are no claim of ours."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

# UNTDID 1001 as EN 16931 lists it: documents that give back. TD04 and TD08 are Italy's.
CREDIT = frozenset({"81", "83", "262", "296", "308", "381", "396", "420", "458", "503", "532", "TD04", "TD08"})
# Written by the buyer in the seller's name, or to oneself for the tax office: TD16 to TD23 and TD27 to TD29 are of that kind.
SELF_BILLED = frozenset({"261", "389", "471", "473", "500", "501", "502", "527"})
SELF_INVOICE = frozenset({"TD16", "TD17", "TD18", "TD19", "TD20", "TD21", "TD22", "TD23", "TD27", "TD28", "TD29"})
PRO_FORMA = frozenset({"325"})
CORRECTION = frozenset({"384", "472"})
# Means of payment by which the seller collects (UNTDID 4461; Italy's RID, domiciliazione and SEPA Direct Debit).
DIRECT_DEBIT = frozenset({"49", "59", "MP09", "MP10", "MP11", "MP16", "MP17", "MP19", "MP20", "MP21"})


def no_claim(type_code: str) -> str:
    """Why a document of this type is not brought in; "" where it is."""
    if type_code in SELF_BILLED:
        return _("self-billed invoice (type %(code)s): the buyer wrote it") % {"code": type_code}
    if type_code in SELF_INVOICE:
        return _("self-invoice for the tax office (type %(code)s): nobody owes it") % {"code": type_code}
    if type_code in PRO_FORMA:
        return _("pro forma invoice (type %(code)s): nothing is owed before the real one") % {"code": type_code}
    return ""


def means_of(codes: Iterable[str]) -> str:
    """The means of payment that counts of all an invoice names: direct debit where it is one of them, else the first."""
    named = [code for code in codes if code]
    return next((code for code in named if code in DIRECT_DEBIT), named[0] if named else "")
