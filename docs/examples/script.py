"""A script that charges one practice interview: asked first, held while it runs, captured when it is done.

BILLING_URL=http://localhost:8000 BILLING_KEY=crd_test_sk_... python docs/examples/script.py user_4711
"""

import os
import sys

from billing_app.client import BillingClient, InsufficientCredits


def interview() -> str:
    """The work itself. If it raises, nothing is charged."""
    return "Tell me about a time when you changed your mind."


def main(customer: str) -> int:
    """Run one interview; 1 if the customer cannot pay for it."""
    with BillingClient(os.environ["BILLING_URL"], os.environ["BILLING_KEY"]) as billing:
        try:
            with billing.hold(customer, "mock_interview", ttl_s=600) as hold:
                print(interview())
                done = hold.capture()
        except InsufficientCredits as refused:
            print(f"{refused.detail} Ways on:")
            for option in refused.options:
                print(f"- {option.name or 'wait'}: {option.credits or 0} credits")
            return 1
        print(f"{done.credits} credits taken, {billing.balance(customer).available} left.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
