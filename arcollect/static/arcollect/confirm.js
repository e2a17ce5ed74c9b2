// The lines of the bank by keyboard: j and k walk, Enter or c confirms the first, 1 to 9 choose, s searches, x leaves, u undoes the last.
(function () {
  "use strict";
  let here = null;
  const settled = [];

  function cards() { return [...document.querySelectorAll("[data-line]")]; }

  function stand(card, still) {
    document.querySelectorAll(".bank-card.is-current").forEach(function (one) { one.classList.remove("is-current"); });
    if (!card) return;
    here = card.id;
    card.classList.add("is-current");
    (card.querySelector("[data-choice]") || card.querySelector("[data-search-line]")).focus({ preventScroll: true });
    if (!still) card.scrollIntoView({ block: "nearest" });
  }

  function go(by) {
    const all = cards(), at = all.findIndex(function (card) { return card.id === here; });
    stand(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
  }

  function press(selector) {
    const card = here && document.getElementById(here), button = card && card.querySelector(selector);
    if (button) button.click();
  }

  function undo() {
    while (settled.length) {
      const card = document.getElementById(settled.pop()), button = card && card.querySelector("[data-undo]");
      if (button) { here = card.id; button.click(); return; }
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const free = !event.target.closest("a, button");
    if (event.key === "j" || event.key === "ArrowDown") go(1);
    else if (event.key === "k" || event.key === "ArrowUp") go(-1);
    else if (event.key === "c" || (event.key === "Enter" && free)) press('[data-choice="1"]');
    else if (/^[1-9]$/.test(event.key)) press('[data-choice="' + event.key + '"]');
    else if (event.key === "s") press("[data-search-line]");
    else if (event.key === "x") press("[data-leave]");
    else if (event.key === "u") undo();
    else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", function (event) {
    const card = event.target.closest("[data-line]");
    if (card) here = card.id;
  });

  // After a line is settled the next one is at hand; one that waits again is at hand itself.
  document.addEventListener("htmx:afterSettle", function (event) {
    const card = event.target.closest && event.target.closest(".bank-card") || document.getElementById(here);
    if (!card) return;
    if (card.matches("[data-line]")) { stand(card); return; }
    settled.push(card.id);
    let next = card.nextElementSibling;
    while (next && !next.matches("[data-line]")) next = next.nextElementSibling;
    stand(next || cards()[0]);
  });

  if (cards().length) stand(cards()[0], true);
})();
