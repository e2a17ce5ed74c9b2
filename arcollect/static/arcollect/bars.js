// Draws the bars of <canvas data-bars="id of their JSON">, or the bars of several `series` side by side; the table beside it says
// the same in figures.
(function () {
  "use strict";

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = function (name) { return style.getPropertyValue(name).trim(); };
    return { bars: [1, 2, 3, 4, 5].map(function (n) { return read("--bar-" + n); }), line: read("--line"), quiet: read("--quiet") };
  }

  function datasets(data, bars) {
    const shape = { borderRadius: 4, maxBarThickness: 56 };
    if (!data.series) return [{ ...shape, data: data.amounts.map(Number), backgroundColor: bars }];
    return data.series.map(function (one, index) {
      return { ...shape, label: one.label, data: one.amounts.map(Number), backgroundColor: [bars[1], bars[2]][index] };
    });
  }

  function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.bars).textContent);
    const { bars, line, quiet } = colours();
    const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
    const tick = { color: quiet, font: { family: "\"Source Sans 3\", sans-serif", size: 13 } };
    return new Chart(canvas, {
      type: "bar",
      data: { labels: data.labels, datasets: datasets(data, bars) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: { legend: { display: Boolean(data.series), labels: { color: quiet, font: tick.font } }, tooltip: { displayColors: false } },
        scales: {
          x: { grid: { display: false }, border: { color: line }, ticks: tick },
          y: { beginAtZero: true, border: { display: false }, grid: { color: line }, ticks: { ...tick, maxTicksLimit: 5, callback: function (value) { return short.format(value); } } },
        },
      },
    });
  }

  let charts = [];
  function drawAll() {
    charts.forEach(function (chart) { chart.destroy(); });
    charts = [...document.querySelectorAll("canvas[data-bars]")].map(draw);
  }
  document.fonts.ready.then(drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
