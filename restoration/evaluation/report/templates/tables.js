// A click on a column's head sorts by it, a second one turns the order round; cells without a figure stay last.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numeric = column > 0;
      const before = head.getAttribute("aria-sort");
      const descending = before ? before === "ascending" : numeric;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = row => {
        const text = row.cells[column].textContent.trim();
        return numeric ? parseFloat(text.replace("−", "-")) : text;
      };
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        if (numeric && (isNaN(x) || isNaN(y))) return isNaN(x) - isNaN(y);
        const order = numeric ? x - y : x.localeCompare(y);
        return descending ? -order : order;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
