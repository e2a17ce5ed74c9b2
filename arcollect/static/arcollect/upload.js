// Many files at once, by choosing or by dropping: sent one after the other, each with its progress and what became of it.
(function () {
  "use strict";
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const field = form.querySelector("input[type=file]"), drop = form.querySelector("[data-drop]");
  const list = form.querySelector("[data-uploads]"), queue = [];
  let busy = false;

  function add(files) {
    for (const file of files) {
      const row = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress");
      name.textContent = file.name + " " + form.dataset.sending;
      bar.max = 1;
      bar.setAttribute("aria-label", file.name);
      row.append(name, bar);
      list.append(row);
      queue.push({ file: file, row: row, name: name, bar: bar });
    }
    field.value = "";
    next();
  }

  function next() {
    const one = !busy && queue.shift();
    if (!one) return;
    busy = true;
    const data = new FormData(), request = new XMLHttpRequest();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("files", one.file);
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) one.bar.value = event.loaded / event.total;
      if (event.loaded === event.total) one.name.textContent = one.file.name + " " + form.dataset.reading;
    });
    request.addEventListener("loadend", function () {
      busy = false;
      if (request.status === 200) one.row.innerHTML = request.responseText;
      else { one.bar.remove(); one.name.textContent = one.file.name + " " + form.dataset.lost; one.name.className = "is-red"; }
      next();
    });
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "one");
    request.send(data);
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    add([...field.files]);
  });
  field.addEventListener("change", function () { add([...field.files]); });
  ["dragenter", "dragover"].forEach(function (kind) {
    drop.addEventListener(kind, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
  });
  ["dragleave", "drop"].forEach(function (kind) {
    drop.addEventListener(kind, function () { drop.classList.remove("is-over"); });
  });
  drop.addEventListener("drop", function (event) { event.preventDefault(); add([...event.dataTransfer.files]); });
})();
