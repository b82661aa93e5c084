// Asks now and then whether the interpreters' view has changed, and says so; the page itself stays where it is read.
"use strict";
for (const view of document.querySelectorAll("[data-stamp]")) {
  const told = view.querySelector(".fresh");
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("?stamp=1", { cache: "no-store", credentials: "same-origin" });
      const stamp = answer.ok ? await answer.text() : "";
      if (stamp && stamp !== view.dataset.stamp) told.hidden = false;
    } catch { /* the line is weak: it asks again */ }
  }, 15000);
}
