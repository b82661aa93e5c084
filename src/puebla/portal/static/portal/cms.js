/* Starts Wagtail's widgets that would otherwise start themselves by a script inside the page, which our policy refuses. */
(() => {
  const start = (mark) => {
    const what = window[mark.dataset.start];
    if (!what || mark.dataset.started) return;
    mark.dataset.started = "yes";
    const options = JSON.parse(mark.dataset.options);
    if (mark.dataset.new) new what(mark.dataset.of, options);
    else what(mark.dataset.of, options);
  };
  const startAll = () => document.querySelectorAll("[data-start]").forEach(start);
  document.addEventListener("DOMContentLoaded", () => {
    startAll();
    new MutationObserver(startAll).observe(document.body, { childList: true, subtree: true });
  });
})();
