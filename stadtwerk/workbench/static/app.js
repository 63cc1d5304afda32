// The page: asks for the town, draws it, and ties its parts.

import { finder } from "./find.js";
import { TownMap } from "./map.js";
import { Runs } from "./runs.js";
import { Chosen } from "./thing.js";
import { ask, by, learn, make } from "./tools.js";
import { WhatIf } from "./whatif.js";

const town = await ask("/api/town");
learn(town.words);
let chosen = null;
const map = new TownMap(by("map"), town, (names) => chosen.show(names));
chosen = new Chosen(town, map);
const runs = new Runs();
const whatIf = new WhatIf(town, map, chosen, runs);
runs.whatIf = whatIf;
finder(town, (name) => chosen.one(name));
for (const layer of town.layers) {
  const box = make("input", { type: "checkbox", checked: true, "data-layer": layer.id, onchange: () => map.layer(layer.id, box.checked) });
  const swatch = make("span", { class: "swatch" });
  swatch.style.background = layer.colour;
  by("layers").append(make("label", {}, box, swatch, layer.title));
}
by("zoom-in").addEventListener("click", () => map.zoom(0.7));
by("zoom-out").addEventListener("click", () => map.zoom(1.4));
by("zoom-all").addEventListener("click", () => map.show(map.whole, 0.05));
await whatIf.begin();
await runs.look();
document.documentElement.dataset.ready = "";
