// Asks the browser for a security key and posts its answer. The only script that an account needs.
"use strict";
for (const form of document.querySelectorAll("form[data-webauthn]")) {
  form.addEventListener("submit", async (event) => {
    const answer = form.elements.namedItem("answer");
    if (answer.value) return;
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    try {
      const given = JSON.parse(form.dataset.options).publicKey;
      const making = form.dataset.webauthn === "create";
      const publicKey = making
        ? PublicKeyCredential.parseCreationOptionsFromJSON(given)
        : PublicKeyCredential.parseRequestOptionsFromJSON(given);
      const made = await navigator.credentials[form.dataset.webauthn]({ publicKey });
      answer.value = JSON.stringify(made.toJSON());
      form.requestSubmit();
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
}
