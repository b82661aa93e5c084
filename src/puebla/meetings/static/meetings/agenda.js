// Dragging an item before another one; the arrows beside each item do the same without scripts.
"use strict";
for (const list of document.querySelectorAll("[data-agenda]")) {
  let dragged = null;
  for (const row of list.children) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => { dragged = row; event.dataTransfer.effectAllowed = "move"; });
    row.addEventListener("dragover", (event) => { if (dragged && dragged !== row) { event.preventDefault(); row.classList.add("over"); } });
    row.addEventListener("dragleave", () => row.classList.remove("over"));
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      const form = dragged.querySelector("form.moves");
      for (const [name, value] of [["to", "before"], ["other", row.dataset.ref]]) {
        const field = document.createElement("input");
        field.type = "hidden"; field.name = name; field.value = value;
        form.append(field);
      }
      form.submit();
    });
  }
}
