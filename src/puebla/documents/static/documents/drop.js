// Dropping files on the form, and suggestions while typing; every page works without this.
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
