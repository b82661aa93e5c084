// While a pack is being made the page looks again by itself; the link beside does the same without scripts.
"use strict";
if (document.querySelector("[data-look-again]")) setTimeout(() => location.reload(), 6000);
