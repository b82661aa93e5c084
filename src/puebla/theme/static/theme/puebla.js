// Comfort only; every page works without it.
(function () {
  "use strict";
  // An open menu closes with Escape (focus returns to its button) and with a click elsewhere.
  function close(menu) { menu.removeAttribute("open"); }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      close(menu);
      menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) close(menu);
    });
  });
  // After a refused form the reader starts at the summary of what is wrong.
  var summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
})();
