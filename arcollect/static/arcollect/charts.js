// Draws <canvas data-chart="id of its JSON">: bars, bars on top of each other, or lines. The table below it says the same in figures.
(function () {
  "use strict";

  const read = function (name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); };

  function dataset(data, one) {
    const colour = read(one.colour), values = one.values.map(function (value) { return value === null ? null : Number(value); });
    if (data.kind === "line") {
      return { label: one.label, data: values, borderColor: colour, backgroundColor: colour, borderWidth: 2, borderDash: one.dashed ? [5, 4] : [], pointRadius: one.dashed ? 0 : 2, tension: 0, spanGaps: true };
    }
    const bars = data.colours.length ? data.colours.map(read) : colour;
    return { label: one.label, data: values, backgroundColor: bars, borderRadius: data.kind === "bar" ? 4 : 0, maxBarThickness: 56 };
  }

  function draw(canvas, size) {
    const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const quiet = read("quiet"), line = read("line"), stacked = data.kind === "stack";
    const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
    const tick = { color: quiet, font: { family: "\"Source Sans 3\", sans-serif", size: size || 13 } };
    return new Chart(canvas, {
      type: data.kind === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: data.series.map(function (one) { return dataset(data, one); }) },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: data.series.length > 1, position: "bottom", labels: { color: quiet, font: tick.font, boxWidth: size || 14, boxHeight: data.kind === "line" ? 1 : size ? 6 : 10, padding: size ? 4 : 10 } },
          tooltip: { displayColors: data.series.length > 1 },
        },
        scales: {
          x: { stacked: stacked, grid: { display: false }, border: { color: line }, ticks: { ...tick, maxRotation: 0, autoSkipPadding: 12 } },
          y: { stacked: stacked, beginAtZero: true, border: { display: false }, grid: { color: line }, ticks: { ...tick, maxTicksLimit: 5, callback: function (value) { return short.format(value); } } },
        },
      },
    });
  }

  let charts = [];
  function drawAll(size) {
    charts.forEach(function (chart) { chart.destroy(); });
    charts = [...document.querySelectorAll("canvas[data-chart]")].map(function (canvas) { return draw(canvas, size); });
  }
  document.fonts.ready.then(function () { drawAll(); });
  const root = document.documentElement, themes = new MutationObserver(function () { drawAll(); });
  const watch = function () { themes.observe(root, { attributeFilter: ["data-bs-theme"] }); };
  watch();

  // Paper is white, whatever the screen is, and its columns are narrower.
  let theme = null;
  window.addEventListener("beforeprint", function () {
    theme = root.dataset.bsTheme;
    themes.disconnect();
    root.dataset.bsTheme = "light";
    drawAll(9);
    charts.forEach(function (chart) { chart.resize(214, 100); });
  });
  window.addEventListener("afterprint", function () {
    if (theme) root.dataset.bsTheme = theme;
    watch();
    drawAll();
  });
})();
