"""Who owes and who is owed, what was said and sent, what must be done, what happened."""

from customers.models.account import AccountChange
from customers.models.business import Business, Membership, User
from customers.models.claim import Attachment, CallText, Claim
from customers.models.customer import Contact, Customer, CustomerMerge, NotDuplicate
from customers.models.desk import Conversation, Task
from customers.models.letter import Document, Letter, ReceivedMail
from customers.models.log import Event, ImportBatch, Seal

__all__ = [
    "AccountChange",
    "Attachment",
    "Business",
    "CallText",
    "Claim",
    "Contact",
    "Conversation",
    "Customer",
    "CustomerMerge",
    "Document",
    "Event",
    "ImportBatch",
    "Letter",
    "Membership",
    "NotDuplicate",
    "ReceivedMail",
    "Seal",
    "Task",
    "User",
]
