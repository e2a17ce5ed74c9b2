// Copies bank details with one touch. Without script the figures are there to be read and marked.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    const words = button.innerHTML;
    button.textContent = button.dataset.copied;
    document.getElementById("said").textContent = button.dataset.copied;
    setTimeout(() => { button.innerHTML = words; }, 2500);
  });
}
// A second touch on a button sends nothing twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
