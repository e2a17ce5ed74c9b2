// Small comforts; every page works without them.
(function () {
  "use strict";

  function typing(element) {
    return element.closest("input, textarea, select, [contenteditable]");
  }

  // "/" goes to the search, Escape closes an open menu.
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    }
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    // A click anywhere in a row opens it; buttons, links and marked text keep their own meaning.
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, summary") || String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
    else window.location.assign(row.dataset.href);
  });

  // An address without empty fields can be read, and sent to somebody.
  document.addEventListener("formdata", function (event) {
    if (!event.target.matches("[data-drop-empty]")) return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  // One box ticks all boxes of its form: <input type="checkbox" data-tick-all="letter">.
  document.addEventListener("change", function (event) {
    const name = event.target.dataset.tickAll;
    if (name) for (const box of event.target.form.elements) if (box.name === name) box.checked = event.target.checked;
  });

  // Copies with one touch; without script the text is there to be marked: <button data-copy="…" data-copied="Copied" hidden>.
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", async function () {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  });

  // What cannot be taken back asks first: <form data-confirm="Cancel this letter?">.
  document.addEventListener("submit", function (event) {
    const words = event.target.dataset.confirm;
    if (words && !window.confirm(words)) event.preventDefault();
  });
})();
