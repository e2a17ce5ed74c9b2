"""What people said in the demo's calls and queries, by reason and code (domain.md 4.1). Plain notes of an English office."""

from invoices.models.agreement import DisputeCode, DisputeOutcome

SAID = {
    "R01": "The invoice never arrived; the copy sent while we spoke has.",
    "R02": "Our invoice lacks their order number. With it, it joins the next run.",
    "R03": "It is on the manager's desk and waits for a signature.",
    "R04": "It is in the next payment run, for the whole amount.",
    "R05": "The transfer has gone out; the reference will follow.",
    "R07": "The person who signs is away until next week.",
    "R08": "It slipped through and goes into the system today.",
    "R09": "Part of the delivery is not as ordered; a letter about it follows.",
    "R10": "The order shows another price; our quote would settle it.",
    "R13": "Two large customers pay late just now; payment will come, in parts.",
    "R14": "Payment goes out once their own customer has paid.",
    "R15": "The system pays everybody at 60 days; we have not agreed to that.",
    "R16": "New accounts software; manual transfers are possible for urgent items.",
}
COURTESY_SAID = "All arrived as ordered; the invoice is with them and down for payment."
VOICEMAIL_LEFT = "Left the short message: name, number, when we can be reached. Nothing about money."

QUERIES = {
    DisputeCode.QTY_SHORT: "Two boxes fewer than on the delivery note, they say.",
    DisputeCode.DAMAGED: "One desk top came scratched; they sent pictures.",
    DisputeCode.WRONG_ITEM: "Grey chairs were ordered, blue ones came.",
    DisputeCode.PRICE: "Their order shows the price of the old list.",
    DisputeCode.QUALITY: "They find the finish poor, weeks after delivery.",
    DisputeCode.TERMS: "They say 60 days were agreed.",
    DisputeCode.SERVICE_INCOMPLETE: "They say the assembly was not finished.",
}
FOUND = {
    DisputeOutcome.UPHELD: "They are right: our packing list shows it. Credit note sent.",
    DisputeOutcome.PARTLY: "Half of it was our mistake. Credit note sent for that part.",
    DisputeOutcome.REJECTED: "Signed delivery note and order confirmation sent: the invoice stands.",
}
