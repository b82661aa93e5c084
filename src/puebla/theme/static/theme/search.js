// Suggestions while typing; without it the box works just the same.
(function () {
  "use strict";
  document.querySelectorAll("input[data-suggest]").forEach(function (box) {
    var list = box.list, timer = 0, asked = "", urls = {};
    if (!list) return;
    function show(found) {
      urls = {};
      list.textContent = "";
      found.forEach(function (one) {
        var option = document.createElement("option");
        option.value = one.symbol || one.title;
        option.label = one.title;
        urls[option.value] = one.url;
        list.appendChild(option);
      });
    }
    box.addEventListener("input", function () {
      var words = box.value.trim();
      // A suggestion that was chosen is opened at once.
      if (urls[box.value]) { window.location.assign(urls[box.value]); return; }
      window.clearTimeout(timer);
      if (words.length < 2 || words === asked) return;
      timer = window.setTimeout(function () {
        asked = words;
        fetch(box.dataset.suggest + "?q=" + encodeURIComponent(words), { headers: { Accept: "application/json" } })
          .then(function (answer) { return answer.ok ? answer.json() : { suggestions: [] }; })
          .then(function (told) { if (words === box.value.trim()) show(told.suggestions); })
          .catch(function () {});
      }, 180);
    });
  });
})();
