// Filters the field guide while typing.
"use strict";

const filter = document.getElementById("filter");
if (filter) {
  const entries = document.querySelectorAll(".guide li");
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const entry of entries) {
      entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
    }
  });
}
