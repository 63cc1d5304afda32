// What is chosen: what it is, what it needs with how long it goes on without, what hangs on it, how it falls back.

import { pick } from "./find.js";
import { ask, by, fill, make, number, say } from "./tools.js";

export class Chosen {
  constructor(town, map) {
    this.town = town;
    this.map = map;
    this.extras = []; // parts of the page that add to what is told of a thing
    this.byId = map.byId;
  }

  /** One thing or district is told of; of several, one is to be chosen. */
  show(names) {
    if (!names.length) return;
    if (names.length === 1) {
      this.one(names[0]);
      return;
    }
    const offered = names.map((id) => this.byId.get(id)).map((one) => pick({ id: one.id, name: one.name, kind: this.town.kinds[one.kind].title }, (id) => this.one(id)));
    fill("chosen", make("p", {}, say("several")), make("ul", { class: "picks" }, offered));
  }

  async one(name) {
    this.name = name;
    this.map.mark(name);
    const place = this.town.districts.find((one) => one.id === name);
    if (place) {
      fill("chosen", make("h3", {}, place.title), make("p", {}, `${number(place.people)} ${say("people")}`), this.more(name, "district"));
      return;
    }
    const told = await ask(`/api/things/${encodeURIComponent(name)}`);
    if (this.name !== name) return;
    fill(
      "chosen",
      make("h3", { "data-chosen": told.id }, told.name, " ", told.kind === told.name ? "" : make("small", { class: "soft" }, told.kind)),
      this.more(name, "thing", told),
      part("levels", told.levels.map((one) => make("li", {}, one.text))),
      part("modes", told.modes.map((mode) => make("li", {}, mode)), "ol"),
      part("needs", told.needs.map((one) => this.link(one))),
      told.serves.length ? part("serves", told.serves.map((one) => this.link(one))) : make("p", { class: "soft" }, say("serves-none")),
      make("table", {}, make("tbody", {}, told.facts.map(([head, value]) => make("tr", {}, make("th", { scope: "row" }, head), make("td", {}, value))))),
    );
  }

  link(one) {
    return make(
      "li",
      {},
      `${one.flow}: `,
      make("button", { type: "button", class: "plain", onclick: () => this.one(one.other) }, one.name),
      one.endurance ? ` – ${one.endurance}` : "",
    );
  }

  more(name, sort, told) {
    return this.extras.map((extra) => extra(name, sort, told));
  }
}

function part(title, items, list = "ul") {
  return items.length ? make("div", {}, make("h3", {}, say(title)), make(list, { class: "plain" }, items)) : null;
}
