// Dropping files on the form, the progress of an upload, and suggestions while typing; every page works without this.
(() => {
  "use strict";
  const form = document.querySelector("form[data-drop]");
  if (form) {
    const input = form.querySelector('input[type="file"]');
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
    });
    form.addEventListener("submit", (event) => {
      const box = form.querySelector("[data-progress]");
      if (!box || !window.XMLHttpRequest) return;
      event.preventDefault();
      const request = new XMLHttpRequest();
      request.open("POST", form.action || window.location.href);
      request.upload.addEventListener("progress", (step) => {
        box.hidden = false;
        const part = Math.round((100 * step.loaded) / step.total);
        box.querySelector("progress").value = part;
        box.querySelector("span").textContent = `${part} %`;
      });
      request.addEventListener("load", () => {
        if (request.responseURL && request.responseURL !== window.location.href) {
          window.location.assign(request.responseURL);
        } else {
          document.open();
          document.write(request.responseText);
          document.close();
        }
      });
      // A cut line: the ordinary way, which the browser itself explains.
      request.addEventListener("error", () => form.submit());
      request.send(new FormData(form));
    });
  }
  const list = document.querySelector("datalist[data-source]");
  const typed = document.querySelector("[data-suggest]");
  if (list && typed) {
    let asked = "";
    typed.addEventListener("input", async () => {
      const words = typed.value.trim();
      if (words.length < 2 || words === asked) return;
      asked = words;
      const answer = await fetch(`${list.dataset.source}?q=${encodeURIComponent(words)}`);
      if (!answer.ok) return;
      const { suggestions } = await answer.json();
      list.replaceChildren(
        ...suggestions.map((one) => Object.assign(document.createElement("option"), { value: one.symbol, label: one.title }))
      );
    });
  }
})();
