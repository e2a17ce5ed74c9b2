// What somebody types during a call stays in this browser until it is saved: a closed tab loses nothing.
(function () {
  "use strict";
  const PREFIX = "notes:";
  const form = document.querySelector("form[data-notes]");
  const key = PREFIX + window.location.pathname;

  function texts() {
    return form ? [...form.querySelectorAll("textarea")] : [];
  }

  function keep(sent) {
    const values = Object.fromEntries(texts().map(function (text) { return [text.name, text.value]; }));
    localStorage.setItem(key, JSON.stringify({ values: values, sent: sent }));
  }

  // On a page without such a form whatever was sent has arrived: the server shows the form again where it did not.
  if (!form) {
    Object.keys(localStorage).filter(function (name) { return name.startsWith(PREFIX); }).forEach(function (name) {
      if (JSON.parse(localStorage.getItem(name)).sent) localStorage.removeItem(name);
    });
    return;
  }

  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept) texts().forEach(function (text) { if (!text.value) text.value = kept.values[text.name] || ""; });
  form.addEventListener("input", function () { keep(false); });
  form.addEventListener("submit", function () { keep(true); });
})();
