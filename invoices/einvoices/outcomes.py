"""What became of each electronic invoice of an upload."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import ImportBatch
from invoices.einvoices.buyers import Known, buyer_key
from invoices.einvoices.content import Content, owed
from invoices.einvoices.deciding import Due
from invoices.einvoices.packing import Item
from invoices.imports.rows import InvoiceRow
from invoices.imports.tally import Tally

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
REFUSED, LEFT_OUT, ASKS = "refused", "left_out", "asks"


@dataclass(slots=True)
class Outcome:
    """What became, or would become, of one invoice of an upload.

    `state` is one of the words above, `reason` says why where it was not booked, `asks` what a person must say. `customer`
    is whose it is; `alike`: customers it could be instead of the new one that is made. `invoice_id` is set once booked,
    `usual_due`: when it would fall due by the usual terms.
    """

    item: Item
    state: str = ""
    reason: str = ""
    asks: str = ""
    row: InvoiceRow | None = None
    due: Due = field(default_factory=Due)
    customer: Known | None = None
    is_new_customer: bool = False
    alike: tuple[Known, ...] = ()
    warnings: list[str] = field(default_factory=list)
    invoice_id: int | None = None
    usual_due: datetime.date | None = None

    @property
    def content(self) -> Content | None:
        """What was read; None where nothing could be."""
        return self.item.found if isinstance(self.item.found, Content) else None

    @property
    def asks_for(self) -> Decimal | None:
        """What it is, or would be, booked with; None where nothing could be read."""
        if self.row:
            return self.row.total
        return owed(self.content).total if self.content else None

    @property
    def buyer_key(self) -> str:
        """Names the buyer in what a person chooses."""
        return buyer_key(self.content.buyer) if self.content else ""


@dataclass(slots=True)
class Report:
    """An import of electronic invoices: its counts, what became of each invoice, and the batch (None: nothing changed)."""

    tally: Tally
    outcomes: list[Outcome]
    batch: ImportBatch | None = None
