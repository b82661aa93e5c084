// Ctrl+Enter saves the paragraph; what was typed and not saved is asked for before the page is left. Both only help.
(() => {
  const form = document.querySelector("form.words");
  if (!form) return;
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
  });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  // A page copied from Word comes with its emphasis: the server keeps that and drops the rest.
  for (const area of form.querySelectorAll("textarea")) {
    area.addEventListener("paste", (event) => {
      const page = event.clipboardData && event.clipboardData.getData("text/html");
      if (!page || !/<(em|i|b|strong)[\s>]/i.test(page)) return;
      const plain = event.clipboardData.getData("text/plain");
      const marked = withEmphasis(page);
      if (!marked || marked === plain) return;
      event.preventDefault();
      area.setRangeText(marked, area.selectionStart, area.selectionEnd, "end");
      changed = true;
    });
  }
  function withEmphasis(page) {
    const read = new DOMParser().parseFromString(page, "text/html");
    for (const one of read.querySelectorAll("script, style, title, meta")) one.remove();
    for (const one of read.querySelectorAll("em, i, b, strong")) {
      const words = one.textContent.replace(/\s+/g, " ").trim();
      if (words && !one.querySelector("p, div, li")) one.textContent = `*${words.replace(/\*/g, "")}*`;
    }
    const blocks = read.body.querySelectorAll("p, li, h1, h2, h3, h4, h5, h6");
    const pieces = blocks.length ? [...blocks].map((one) => one.textContent) : [read.body.textContent];
    return pieces.map((one) => one.replace(/\s+/g, " ").trim()).filter(Boolean).join("\n\n");
  }
})();
