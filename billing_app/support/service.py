"""Customer support under one name; each part has its file."""

from billing_app.support.account_reading import AccountReading
from billing_app.support.adjusting import Adjusting
from billing_app.support.audit_reading import AuditReading
from billing_app.support.enquiry_desk import EnquiryDesk
from billing_app.support.finding import Finding
from billing_app.support.giving import Giving
from billing_app.support.listing import Listing
from billing_app.support.notes import Notes
from billing_app.support.people import People


class Support(Finding, Listing, AccountReading, Adjusting, Notes, Giving, EnquiryDesk, AuditReading, People):
    """Find any customer, explain the account, mend it. Every method names who asks and checks their role (AD13).

    Viewers read all of it; `support` adjusts within its limit, writes notes, resets quotas, looks as a customer and
    sets enquiries aside; `admin` does the rest. Every write is in the audit log with who, why, before and after.
    """
