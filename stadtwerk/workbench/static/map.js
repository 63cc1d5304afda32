// The map: districts, the lines of networks as one path a layer, a symbol for each thing that has one.
//
// Drawn as SVG in metres, north up. Symbols keep their size while one comes closer. A click asks for what lies nearest,
// so that no symbol needs a listener of its own, and what shares a place with others is offered as a list.

const SVG = "http://www.w3.org/2000/svg";
const NEAR_PX = 14;
const SAME_PLACE_PX = 5;
const CLOSEST_M = 60;
const CROSS = "M-7 -7L7 7M7 -7L-7 7";

function shape(tag, attributes) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  return one;
}

export class TownMap {
  constructor(svg, town, chosen) {
    this.svg = svg;
    this.town = town;
    this.chosen = chosen; // called with the ids at a place
    this.hidden = new Set();
    this.byId = new Map(town.things.map((one) => [one.id, one]));
    this.districts = new Map(town.districts.map((one) => [one.id, one]));
    this.linked = new Map(town.links.map((one) => [one.id, one]));
    const places = [...town.things.map((one) => one.at), ...town.districts.flatMap((one) => [one.at, ...one.outline])];
    const [xs, ys] = [places.map((at) => at[0]), places.map((at) => -at[1])];
    const least = (all) => all.reduce((a, b) => Math.min(a, b), Infinity);
    const most = (all) => all.reduce((a, b) => Math.max(a, b), -Infinity);
    this.whole = places.length ? [least(xs), least(ys), most(xs) - least(xs) || 1, most(ys) - least(ys) || 1] : [0, 0, 1, 1];
    this.draw();
    this.listen();
    this.show(this.whole, 0.05);
    new ResizeObserver(() => this.place()).observe(svg); // symbols keep their size however large the map is
  }

  draw() {
    const colours = new Map(this.town.layers.map((one) => [one.id, one.colour]));
    this.layers = new Map(this.town.layers.map((one) => [one.id, shape("g", { "data-layer": one.id })]));
    const ground = shape("g", {});
    for (const one of this.town.districts) {
      const drawn = one.outline.length > 2
        ? shape("polygon", { points: one.outline.map(([x, y]) => `${x},${-y}`).join(" ") })
        : shape("circle", { cx: one.at[0], cy: -one.at[1], r: 60 + Math.sqrt(one.people) });
      drawn.setAttribute("class", "district");
      drawn.setAttribute("data-district", one.id);
      ground.append(drawn);
    }
    const paths = new Map();
    for (const [name, [a, b]] of Object.entries(this.town.lines)) {
      const one = this.byId.get(name);
      const [[ax, ay], [bx, by]] = [this.byId.get(a).at, this.byId.get(b).at];
      paths.set(one.layer, `${paths.get(one.layer) ?? ""}M${ax} ${-ay}L${bx} ${-by}`);
    }
    this.spots = [];
    const symbols = new Map();
    for (const [layer, d] of paths) {
      const pale = colours.get(layer) === "#fff";
      this.layers.get(layer).append(shape("path", { d, class: pale ? "lines paths" : "lines", ...(pale ? {} : { stroke: colours.get(layer) }) }));
    }
    for (const one of this.town.things) {
      const { glyph, small } = this.town.kinds[one.kind];
      if (!glyph) continue;
      const spot = shape("path", { d: glyph, class: "spot", fill: colours.get(one.layer), "data-thing": one.id });
      this.spots.push([spot, one.at, small ? 0.5 : 1]);
      symbols.set(one.layer, [...(symbols.get(one.layer) ?? []), spot]);
    }
    const above = [];
    const order = this.town.layers.map((one) => one.id); // what people lean on themselves lies on top
    for (const [layer, spots] of [...symbols].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))) {
      const group = shape("g", { "data-layer": layer });
      group.append(...spots);
      above.push(group);
    }
    this.symbols = above;
    this.names = this.town.districts.map((one) => {
      const name = shape("text", { class: "name" });
      name.textContent = one.title;
      return [name, one.at];
    });
    this.marks = shape("g", {});
    this.over = shape("g", {});
    this.svg.append(ground, ...this.layers.values(), ...above, this.marks, this.over, ...this.names.map(([name]) => name));
  }

  /** A box in drawing coordinates, with a margin as a share of it. */
  show([x, y, width, height], margin = 0) {
    this.box = [x - width * margin, y - height * margin, width * (1 + 2 * margin), height * (1 + 2 * margin)];
    this.place();
  }

  place() {
    const [, , width, height] = this.box;
    this.svg.setAttribute("viewBox", this.box.join(" "));
    const frame = this.svg.getBoundingClientRect();
    this.metres = Math.max(width / (frame.width || 1), height / (frame.height || 1)); // a pixel
    const size = this.metres * (this.metres > this.whole[2] / 900 ? 0.7 : 1);
    const put = (one, at, scale) => one.setAttribute("transform", `translate(${at[0]} ${-at[1]}) scale(${scale})`);
    for (const [spot, at, share] of this.spots) put(spot, at, size * share);
    for (const [name, at] of this.names) put(name, at, this.metres);
    for (const one of [...this.over.children, ...this.marks.children]) {
      if (one.at) put(one, one.at, this.metres);
    }
  }

  zoom(factor, at) {
    const [x, y, width, height] = this.box;
    const [cx, cy] = at ?? [x + width / 2, y + height / 2];
    if (factor < 1 ? width < CLOSEST_M : width > 4 * this.whole[2]) return;
    this.show([cx - (cx - x) * factor, cy - (cy - y) * factor, width * factor, height * factor]);
  }

  pan(dx, dy) {
    const [x, y, width, height] = this.box;
    this.show([x + dx, y + dy, width, height]);
  }

  /** Where a point of the screen lies. */
  point(event) {
    const matrix = this.svg.getScreenCTM().inverse();
    return [event.clientX * matrix.a + matrix.e, event.clientY * matrix.d + matrix.f];
  }

  listen() {
    const held = new Map();
    let moved = false;
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      held.set(event.pointerId, [event.clientX, event.clientY]);
      if (held.size === 1) moved = false;
    });
    this.svg.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const now = [event.clientX, event.clientY];
      if (held.size === 2) {
        const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
        const apart = (at) => Math.hypot(at[0] - other[0], at[1] - other[1]) || 1;
        this.zoom(apart(before) / apart(now), this.point({ clientX: other[0], clientY: other[1] }));
        moved = true;
      } else if (moved || Math.hypot(now[0] - before[0], now[1] - before[1]) > 3) {
        moved = true;
        this.pan((before[0] - now[0]) * this.metres, (before[1] - now[1]) * this.metres);
      } else return;
      held.set(event.pointerId, now);
    });
    const end = (event) => {
      if (held.delete(event.pointerId) && !moved && event.type === "pointerup") this.click(this.point(event));
    };
    this.svg.addEventListener("pointerup", end);
    this.svg.addEventListener("pointercancel", end);
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.8 : 1.25, this.point(event));
    }, { passive: false });
    this.svg.addEventListener("keydown", (event) => {
      const step = 60 * this.metres;
      const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (ways[event.key]) this.pan(...ways[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(0.8);
      else if (event.key === "-") this.zoom(1.25);
      else if (event.key === "0") this.show(this.whole, 0.05);
      else return;
      event.preventDefault();
    });
  }

  /** Offers what lies nearest, and all that lies in the same place; a district where nothing else is near. */
  click([x, y]) {
    const reach = NEAR_PX * this.metres;
    const near = this.town.things
      .filter((one) => !this.hidden.has(one.layer))
      .map((one) => ({ one, far: this.far(one, x, -y) - (this.town.kinds[one.kind].glyph ? 4 * this.metres : 0) }))
      .filter(({ far }) => far < reach)
      .sort((a, b) => a.far - b.far);
    if (!near.length) {
      const inside = this.town.districts.find((one) => one.outline.length > 2 && within([x, -y], one.outline));
      this.chosen(inside ? [inside.id] : []);
      return;
    }
    const alike = near.filter(({ far }) => far <= near[0].far + SAME_PLACE_PX * this.metres);
    this.chosen(alike.slice(0, 12).map(({ one }) => one.id));
  }

  far(one, x, y) {
    const ends = this.town.lines[one.id];
    if (!ends) return Math.hypot(one.at[0] - x, one.at[1] - y);
    const [[ax, ay], [bx, by]] = ends.map((name) => this.byId.get(name).at);
    const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const along = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
    return Math.hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y) + 3 * this.metres;
  }

  layer(name, shown) {
    if (shown) this.hidden.delete(name);
    else this.hidden.add(name);
    for (const group of [this.layers.get(name), ...this.symbols.filter((one) => one.dataset.layer === name)]) {
      group?.setAttribute("visibility", shown ? "visible" : "hidden");
    }
  }

  /** Marks what is chosen and what it is linked with, and brings it into sight. */
  mark(name) {
    this.marks.replaceChildren();
    const one = this.byId.get(name);
    if (!one) {
      const place = this.districts.get(name);
      if (place) this.into(place.at);
      return;
    }
    for (const link of this.town.links.filter((link) => link.from === name || link.to === name)) {
      const [[ax, ay], [bx, by]] = [this.byId.get(link.from).at, this.byId.get(link.to).at];
      this.marks.append(shape("path", { class: "way", d: `M${ax} ${-ay}L${bx} ${-by}` }));
    }
    const ends = this.town.lines[name];
    if (ends) {
      const [[ax, ay], [bx, by]] = ends.map((end) => this.byId.get(end).at);
      this.marks.append(shape("path", { class: "way", d: `M${ax} ${-ay}L${bx} ${-by}` }));
    }
    const ring = shape("circle", { class: "ring", r: 11 });
    ring.at = one.at;
    this.marks.append(ring);
    this.into(one.at);
    this.place();
  }

  into([x, y]) {
    const [left, top, width, height] = this.box;
    if (x < left || x > left + width || -y < top || -y > top + height) {
      this.show([x - width / 2, -y - height / 2, width, height]);
    }
  }

  /** Crosses on what the what-if breaks, and its districts that are cut off. */
  broken(names, districts) {
    this.over.replaceChildren();
    for (const name of names) {
      const link = this.linked.get(name);
      const one = this.byId.get(name) ?? (link && this.byId.get(link.to));
      if (!one) continue;
      for (const drawn of ["broken", "broken over"]) {
        const cross = shape("path", { class: drawn, d: CROSS });
        cross.at = one.at;
        this.over.append(cross);
      }
    }
    for (const drawn of this.svg.querySelectorAll(".district")) {
      drawn.classList.toggle("taken", districts.includes(drawn.dataset.district));
    }
    this.place();
  }
}

function within([x, y], outline) {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [[ax, ay], [bx, by]] = [outline[i], outline[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
