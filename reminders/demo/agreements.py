"""Writes the plans of a day: offered with their agreement, and signed through a link as a customer would."""

import datetime

from invoices.agreements import prepare_agreement, ticks
from invoices.linking import issue_link, outlive
from invoices.models import PaymentPlan, PortalLink
from invoices.models.agreement import PlanState
from invoices.models.portal import CodeMethod, LinkPurpose
from invoices.plan_moves import draft_plan, move_plan
from invoices.planning import activate
from invoices.portal.tokens import new_token
from invoices.signing import Proof, Signer, sign
from reminders.demo.ledger import DAY
from reminders.demo.plans import Agreed
from reminders.demo.stage import Stage

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
# An address set aside for documents (RFC 5737): nobody's.
NETWORK_ADDRESS = "203.0.113.24"


def offer(stage: Stage, plan: Agreed, day: datetime.date) -> None:
    """The plan on offer, ready to be signed."""
    row = draft_plan(
        customer=stage.customers[plan.persona.reference],
        currency=plan.currency,
        covered=[(stage.invoices[number], amount) for number, amount in plan.covered],
        instalments=plan.instalments,
        actor=stage.owner,
    )
    accept_by = day + stage.setting.rules["plan"]["offer_accept_days"] * DAY
    move_plan(plan=row, state=PlanState.OFFERED, on=day, accept_by=accept_by, actor=stage.owner)
    prepare_agreement(plan=row)
    stage.plans[plan] = row


def sign_offered(stage: Stage, plan: Agreed, day: datetime.date) -> None:
    """Signed in the morning by the last of its people; nobody's copy leaves the house."""
    row, person, at = stage.plans[plan], plan.persona.people[-1], stage.moment(day, 95)
    proof = Proof(
        link=_link(row, day),
        method=CodeMethod.EMAIL,
        sent_to=person.email,
        opened_at=at - datetime.timedelta(minutes=7),
        code_sent_at=at - datetime.timedelta(minutes=5),
        code_confirmed_at=at - datetime.timedelta(minutes=4),
        address=NETWORK_ADDRESS,
        user_agent=PHONE,
        locale=row.terms["locale"],
    )
    signer = Signer(person.name, str(person.role.label), person.email)
    shown = row.document.sha256
    sign(plan=row, signer=signer, ticks={tick.key for tick in ticks(row)}, shown_sha256=shown, proof=proof, at=at, copies=False)
    row.refresh_from_db()
    outlive(plan=row)
    activate(plan=row, on=day, actor=stage.owner)


def _link(plan: PaymentPlan, day: datetime.date) -> PortalLink:
    return issue_link(
        customer=plan.customer,
        purpose=LinkPurpose.OFFER,
        currency=plan.currency,
        invoices=plan.covered.values_list("invoice_id", flat=True),
        token=new_token(),
        today=day,
        plan=plan,
    )
