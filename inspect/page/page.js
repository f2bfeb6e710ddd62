"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const map = document.getElementById("map");
  const crumbs = document.getElementById("crumbs");
  const detail = document.getElementById("detail");
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const radios = Array.from(document.querySelectorAll("#views [role=radio]"));
  const state = { view: 0, path: [], words: "" };

  // prepare gives each node its parent and its whole name.
  function prepare(node, parent, name) {
    node.p = parent;
    node.full = name;
    for (const c of node.c || []) prepare(c, node, name === "" ? c.n : name + "/" + c.n);
  }
  for (const v of data.views) prepare(v.tree, null, "");

  function bytes(n) {
    if (n < 1000) return n + " B";
    let f = n / 1e3;
    for (const unit of ["kB", "MB"]) {
      if (f < 999.95) return f.toFixed(1) + " " + unit;
      f /= 1e3;
    }
    return f.toFixed(2) + " GB";
  }

  const root = () => data.views[state.view].tree;
  const current = () => state.path.reduce((n, k) => n.c[k], root());
  const share = (n) => (root().s > 0 ? ((100 * n.s) / root().s).toFixed(1) + " %" : "-");

  // squarify lays nodes out in a rectangle, each row as square as can be
  // (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).
  function squarify(nodes, x, y, w, h) {
    const out = [];
    const total = nodes.reduce((sum, n) => sum + n.s, 0);
    if (total <= 0 || w <= 0 || h <= 0) return out;
    const scale = (w * h) / total;
    let at = 0;
    while (at < nodes.length) {
      const side = Math.min(w, h);
      let end = at, sum = 0, worst = Infinity;
      while (end < nodes.length) {
        const next = sum + nodes[end].s * scale;
        const big = nodes[at].s * scale, small = nodes[end].s * scale;
        const ratio = Math.max((side * side * big) / (next * next), (next * next) / (side * side * Math.max(small, 1e-9)));
        if (ratio > worst) break;
        worst = ratio;
        sum = next;
        end++;
      }
      const thick = sum / side;
      let along = 0;
      for (let k = at; k < end; k++) {
        const long = (nodes[k].s * scale) / thick;
        out.push(w >= h ? { k, x, y: y + along, w: thick, h: long } : { k, x: x + along, y, w: long, h: thick });
        along += long;
      }
      if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
      at = end;
    }
    return out;
  }

  // matches says whether a node, or something below it, is searched for.
  function matches(node) {
    if (node.hit === undefined || node.words !== state.words) {
      node.words = state.words;
      node.hit = node.full.toLowerCase().includes(state.words) || (node.c || []).some(matches);
    }
    return node.hit;
  }

  function draw(focus) {
    const node = current();
    map.textContent = "";
    const width = map.clientWidth, height = map.clientHeight;
    for (const r of squarify(node.c || [node], 0, 0, width, height)) {
      const child = node.c ? node.c[r.k] : node;
      place(child, r, node.c ? r.k : -1);
      drawInside(child, r, 4);
    }
    drawCrumbs();
    const nodes = items();
    nodes.forEach((el, k) => el.setAttribute("tabindex", k === 0 ? "0" : "-1"));
    if (focus && nodes.length > 0) (nodes[focus === true ? 0 : focus - 1] || nodes[0]).focus();
    describe(node);
  }

  // drawInside shows what is inside of a rectangle, if there is room.
  function drawInside(node, r, depth) {
    if (!node.c || depth === 0 || r.w < 60 || r.h < 44) return;
    for (const q of squarify(node.c, r.x + 3, r.y + 18, r.w - 6, r.h - 21)) {
      place(node.c[q.k], q, -1, true);
      drawInside(node.c[q.k], q, depth - 1);
    }
  }

  // place draws one rectangle; index is that among the children of the
  // current node, -1 for what only shows what is inside of them.
  function place(node, r, index, inner) {
    if (r.w < 2 || r.h < 2) return;
    const el = document.createElement("div");
    const kind = data.kinds[node.k];
    el.className = "node " + kind.class + (inner ? " inner" : "") + (node.w * 2 > node.s ? " wasted" : "");
    if (state.words !== "") el.classList.add(matches(node) ? "hit" : "miss");
    el.style.left = r.x + "px";
    el.style.top = r.y + "px";
    el.style.width = r.w + "px";
    el.style.height = r.h + "px";
    const label = node.n + ", " + bytes(node.s);
    if (r.w > 30 && r.h > 14) el.textContent = label;
    if (inner) {
      el.setAttribute("aria-hidden", "true");
      el.addEventListener("click", () => zoomTo(node.p));
    } else {
      el.setAttribute("role", "treeitem");
      el.setAttribute("aria-label", label + ", " + share(node) + ", mostly " + kind.title);
      if (node.c) el.setAttribute("aria-expanded", "false");
      el.dataset.index = index;
      el.addEventListener("click", () => (node.c ? zoomTo(node) : el.focus()));
      el.addEventListener("focus", () => describe(node));
    }
    el.addEventListener("mouseenter", () => describe(node));
    map.append(el);
  }

  function describe(node) {
    const parts = [(state.view === 2 ? "/" : "") + (node.full || "the whole image"), bytes(node.s) + " (" + node.s.toLocaleString("en") + " bytes)", share(node) + " of the image", "mostly " + data.kinds[node.k].title];
    if (node.w) parts.push(bytes(node.w) + " stored and never seen");
    detail.textContent = parts.join(" · ");
  }

  function drawCrumbs() {
    crumbs.textContent = "";
    let node = root();
    const add = (text, to) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = text + " " + bytes(to.s);
      b.addEventListener("click", () => zoomTo(to));
      crumbs.append(b);
    };
    add("image", node);
    for (const k of state.path) {
      node = node.c[k];
      crumbs.append(" › ");
      add(node.n, node);
    }
  }

  function zoomTo(node) {
    const path = [];
    for (; node.p; node = node.p) path.unshift(node.p.c.indexOf(node));
    state.path = path;
    draw(true);
  }

  function zoomOut() {
    if (state.path.length === 0) return;
    const from = state.path.pop();
    draw(true);
    const el = map.querySelector('[data-index="' + from + '"]');
    if (el) el.focus();
  }

  const items = () => Array.from(map.querySelectorAll("[role=treeitem]"));

  // move finds the next rectangle in a direction: the nearest whose centre
  // lies that way.
  function move(el, dx, dy) {
    const centre = (e) => ({ x: e.offsetLeft + e.offsetWidth / 2, y: e.offsetTop + e.offsetHeight / 2 });
    const from = centre(el);
    let best = null, least = Infinity;
    for (const other of items()) {
      if (other === el) continue;
      const to = centre(other);
      const along = (to.x - from.x) * dx + (to.y - from.y) * dy;
      const across = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
      if (along > 1 && along + 2 * across < least) {
        least = along + 2 * across;
        best = other;
      }
    }
    if (best) best.focus();
  }

  map.addEventListener("keydown", (e) => {
    const el = document.activeElement;
    const node = el && el.dataset.index !== undefined ? (current().c || [])[el.dataset.index] : null;
    const go = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (go && el) move(el, go[0], go[1]);
    else if ((e.key === "Enter" || e.key === " ") && node && node.c) zoomTo(node);
    else if (e.key === "Escape" || e.key === "Backspace") zoomOut();
    else if (e.key === "Home") zoomTo(root());
    else return;
    e.preventDefault();
  });

  function choose(k, focus) {
    state.view = k;
    state.path = [];
    radios.forEach((r, i) => {
      r.setAttribute("aria-checked", String(i === k));
      r.setAttribute("tabindex", i === k ? "0" : "-1");
    });
    if (focus) radios[k].focus();
    seek();
  }
  radios.forEach((r, k) => {
    r.addEventListener("click", () => choose(k));
    r.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[e.key];
      if (!step) return;
      e.preventDefault();
      choose((k + step + radios.length) % radios.length, true);
    });
  });

  // seek counts what is searched for, and shows it.
  function seek() {
    state.words = search.value.trim().toLowerCase();
    found.textContent = "";
    if (state.words !== "") {
      let count = 0, sum = 0;
      const walk = (n) => {
        if (n.full !== "" && n.full.toLowerCase().includes(state.words)) {
          count++;
          sum += n.s;
          return;
        }
        (n.c || []).forEach(walk);
      };
      walk(root());
      found.textContent = count === 0 ? "nothing found" : count + " found, " + bytes(sum);
    }
    draw();
  }
  search.addEventListener("input", seek);
  search.addEventListener("keydown", (e) => {
    if (e.key === "Enter") {
      const hit = items().find((el) => el.classList.contains("hit"));
      if (hit) hit.focus();
    }
  });
  document.addEventListener("keydown", (e) => {
    if (e.target === search || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "/") { e.preventDefault(); search.focus(); }
    else if (e.key >= "1" && e.key <= String(radios.length)) choose(Number(e.key) - 1);
  });

  document.getElementById("theme").addEventListener("click", (e) => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    e.target.setAttribute("aria-pressed", String(!dark));
  });

  let resizing = 0;
  addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(draw, 100); });
  draw();
})();
