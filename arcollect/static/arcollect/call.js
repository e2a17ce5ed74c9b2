// The call sheet by keyboard: 1 to 6 choose the outcome, Ctrl and Enter save. What belongs to a conversation shows when there was one.
(function () {
  "use strict";
  const form = document.querySelector("form[data-call]");
  if (!form) return;
  const outcomes = [...form.querySelectorAll("input[name=outcome]")];
  const reached = form.querySelector("[data-reached]");

  function show() {
    const chosen = outcomes.find(function (radio) { return radio.checked; });
    reached.hidden = Boolean(chosen) && chosen.value !== "REACHED";
  }

  function typing(target) {
    return target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const place = "123456".indexOf(event.key);
    if (place < 0 || event.key === "" || !outcomes[place]) return;
    event.preventDefault();
    outcomes[place].checked = true;
    outcomes[place].focus();
    outcomes[place].dispatchEvent(new Event("input", { bubbles: true }));
    show();
  });
  form.addEventListener("change", show);
  show();
})();
