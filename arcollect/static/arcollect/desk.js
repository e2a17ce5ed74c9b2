// The desk by keyboard: j and k (or the arrows) walk the rows, Enter opens one, c calls, s puts off, t takes it.
(function () {
  "use strict";
  const rows = [...document.querySelectorAll("tr[data-task]")];
  let place = -1;

  function go(to) {
    place = Math.max(0, Math.min(rows.length - 1, to));
    rows.forEach(function (row, here) { row.classList.toggle("is-current", here === place); });
    rows[place].querySelector("a").focus();
    rows[place].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (event) {
    if (!rows.length || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const row = rows[place];
    if (event.key === "j" || event.key === "ArrowDown") go(place + 1);
    else if (event.key === "k" || event.key === "ArrowUp") go(place - 1);
    else if (event.key === "c" && row && row.dataset.call) window.location.assign(row.dataset.call);
    else if (event.key === "s" && row) window.location.assign(row.dataset.task + "#snooze");
    else if (event.key === "t" && row && row.querySelector("form[data-take]")) row.querySelector("form[data-take]").requestSubmit();
    else return;
    event.preventDefault();
  });
  if (window.location.hash === "#snooze") document.getElementById("snooze")?.setAttribute("open", "");
})();
