// What somebody notes during a call stays in this browser until it is saved: a closed tab loses nothing.
(function () {
  "use strict";
  const PREFIX = "notes:";
  const form = document.querySelector("form[data-notes]");
  const key = PREFIX + window.location.pathname;

  // Radio buttons of one name are told apart by their value.
  function fields(within) {
    return [...within.querySelectorAll("textarea, select, input:not([type=hidden])")].map(function (field) {
      const ticked = field.type === "radio" || field.type === "checkbox";
      return { field: field, ticked: ticked, name: field.type === "radio" ? field.name + "=" + field.value : field.name };
    });
  }

  function keep(sent) {
    const values = Object.fromEntries(fields(form).map(function (one) {
      return [one.name, one.ticked ? one.field.checked : one.field.value];
    }));
    localStorage.setItem(key, JSON.stringify({ values: values, sent: sent }));
  }

  function restore(within, values) {
    fields(within).forEach(function (one) {
      if (!(one.name in values)) return;
      if (one.ticked) one.field.checked = values[one.name];
      else if (values[one.name]) one.field.value = values[one.name];
    });
    within.querySelectorAll("details").forEach(function (fold) { fold.open = fold.open || fields(fold).some(written); });
  }

  function written(one) {
    if (one.ticked) return one.field.checked !== one.field.defaultChecked;
    return one.field.tagName === "SELECT" ? one.field.selectedIndex > 0 : one.field.value !== one.field.defaultValue;
  }

  // On a page without such a form whatever was sent has arrived: the server shows the form again where it did not.
  if (!form) {
    Object.keys(localStorage).filter(function (name) { return name.startsWith(PREFIX); }).forEach(function (name) {
      if (JSON.parse(localStorage.getItem(name)).sent) localStorage.removeItem(name);
    });
    return;
  }

  const kept = JSON.parse(localStorage.getItem(key) || "null");
  if (kept) {
    const select = form.querySelector("select[hx-get]");
    const shown = select && select.value;
    restore(form, kept.values);
    // The questions of another reason come from the server: what was answered to them waits for them.
    if (select && select.value !== shown) {
      form.addEventListener("htmx:afterSettle", function () { restore(form, kept.values); }, { once: true });
      window.addEventListener("load", function () { select.dispatchEvent(new Event("change", { bubbles: true })); });
    }
  }
  form.addEventListener("input", function () { keep(false); });
  form.addEventListener("submit", function () { keep(true); });
})();
