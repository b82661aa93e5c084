// The progress of files that go with a form; without scripts the form is sent all the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-upload]");
  const box = form && form.querySelector("[data-progress]");
  if (!box || !window.XMLHttpRequest) return;
  form.addEventListener("submit", (event) => {
    const chosen = [...form.querySelectorAll('input[type="file"]')].some((input) => input.files.length);
    if (!chosen) return;
    event.preventDefault();
    const data = new FormData(form);
    if (event.submitter && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
    const request = new XMLHttpRequest();
    request.open("POST", form.action || window.location.href);
    request.upload.addEventListener("progress", (step) => {
      box.hidden = false;
      const part = Math.round((100 * step.loaded) / step.total);
      box.querySelector("progress").value = part;
      box.querySelector("span").textContent = `${part} %`;
    });
    request.addEventListener("load", () => {
      // The page that the answer led to, with what it says of the act, under its own address.
      window.history.replaceState(null, "", request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    // A cut line: nothing was sent; what was chosen and typed stays, to be sent again.
    request.addEventListener("error", () => {
      box.hidden = false;
      box.querySelector("span").textContent = box.dataset.cut;
    });
    request.send(data);
  });
})();
