// Convenience only: the page pays without it. Fills in test cards in place, groups digits, updates tax on change.
"use strict";

const field = (id) => document.getElementById(id);

document.querySelectorAll(".test-cards button").forEach((button) => {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    field("number").value = button.dataset.number;
    field("expiry").value = button.dataset.expiry;
    field("cvc").value = button.dataset.cvc;
    if (!field("name").value) field("name").value = "Test Buyer";
    ["number", "expiry", "cvc", "name"].forEach((id) => field(id).removeAttribute("aria-invalid"));
    const email = field("email");  // an invoice asks for none
    (email && !email.value ? email : field("pay")).focus();
  });
});

field("number")?.addEventListener("input", (event) => {
  const digits = event.target.value.replace(/\D/g, "").slice(0, 19);
  if (event.target.selectionStart !== event.target.value.length) return;
  event.target.value = digits.replace(/(.{4})(?=.)/g, "$1 ");
});

field("expiry")?.addEventListener("input", (event) => {
  const digits = event.target.value.replace(/\D/g, "").slice(0, 4);
  if (event.inputType && event.inputType.startsWith("delete")) return;
  if (digits.length >= 2) event.target.value = `${digits.slice(0, 2)} / ${digits.slice(2)}`;
});

const country = field("country");
const updateTax = field("update-tax");
if (country && updateTax) {
  updateTax.hidden = true;
  country.addEventListener("change", () => field("payment-form").requestSubmit(updateTax));
}

// Going back in the browser must not show a button that still waits.
const form = field("payment-form");
form?.addEventListener("submit", (event) => {
  if (form.dataset.busy) event.preventDefault();
  form.dataset.busy = "yes";
});
window.addEventListener("pageshow", () => form && delete form.dataset.busy);
