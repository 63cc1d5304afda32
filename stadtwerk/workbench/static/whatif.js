// The what-if: a scenario as data, as its file has it. Forms add to it, the server says what is wrong with it.

import { ask, by, fill, lang, make, Refused, say } from "./tools.js";

const KEPT = "stadtwerk-what-if";
const WAIT_MS = 400;
const TIME = /^(\d+(\.\d+)?\s*(s|min|h|d)\s*)+$/;

export class WhatIf {
  constructor(town, map, chosen, runs) {
    Object.assign(this, { town, map, runs });
    this.things = map.byId;
    this.measures = [];
    chosen.extras.push((name, sort, told) => this.breaking(name, sort, told));
    chosen.extras.push((name, sort) => (sort === "thing" ? this.buying(name) : null));
  }

  async begin() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    } catch { /* what cannot be read is begun anew */ }
    this.measures = kept?.town === this.town.name ? kept.measures ?? [] : [];
    this.open(kept?.town === this.town.name ? kept.data : await ask("/api/new"));
  }

  open(data) {
    this.data = data;
    this.draw();
    this.changed();
  }

  /** Draws what depends on the data, keeps them for a reload of this tab, and has them checked a little later. */
  changed() {
    sessionStorage.setItem(KEPT, JSON.stringify({ town: this.town.name, data: this.data, measures: this.measures }));
    const targets = this.data.timeline.flatMap((one) => (Array.isArray(one.target) ? one.target : one.target ? [one.target] : []));
    this.map.broken(targets, this.data.timeline.map((one) => one.isolate?.district).filter(Boolean));
    clearTimeout(this.due);
    this.due = setTimeout(() => this.check(), WAIT_MS);
  }

  async check() {
    const asked = JSON.stringify(this.data);
    const { problems } = await ask("/api/check", { scenario: this.data });
    if (asked === JSON.stringify(this.data)) this.problems(problems);
  }

  problems(found) {
    by("run").disabled = found.length > 0;
    by("campaign").disabled = found.length > 0 || !this.measures.length;
    fill(
      "what-if-said",
      make("p", {}, say(found.length ? "unready" : "ready")),
      found.length ? make("ul", { class: "problems" }, found.slice(0, 12).map((one) => make("li", {}, `${one.field}: ${one.what}; ${one.fix}`))) : null,
    );
  }

  wording(field) {
    const said = this.data[field] ?? {};
    return said[lang] ?? Object.values(said)[0] ?? "";
  }

  draw() {
    const title = text(this.wording("title"), (value) => {
      this.data.title = value ? { ...this.data.title, [known()]: value } : {};
      if (this.data.id === "what-if" || this.made) {
        this.data.id = id(value) || "what-if";
        this.made = true;
      }
    }, this);
    const run = this.data.run;
    const start = make("input", { type: "datetime-local", value: String(run.start).slice(0, 16), oninput: () => { run.start = start.value; this.changed(); } });
    fill(
      "what-if",
      make("div", { class: "fields" }, labelled("title", title), labelled("start", start), labelled("duration", text(String(run.duration), (value) => { run.duration = value; }, this))),
      make("h3", {}, say("breaks")),
      make("ul", { class: "entries", id: "entries" }),
      make("h3", {}, say("expects")),
      make("ul", { class: "entries must", id: "musts" }),
      this.requiring(),
      make("h3", {}, say("measures")),
      make("ul", { class: "entries must", id: "measures" }),
      make("div", { id: "what-if-said", role: "status" }),
      make("div", { class: "row" },
        make("button", { type: "button", class: "main", id: "run", onclick: () => this.run() }, say("run")),
        make("button", { type: "button", id: "campaign", onclick: () => this.run("/api/campaign") }, say("before-after")),
        make("button", { type: "button", id: "new", onclick: async () => { this.made = false; this.open(await ask("/api/new")); } }, say("new")),
      ),
      this.files(),
    );
    this.lists();
  }

  lists() {
    fill("entries", this.data.timeline.length
      ? this.data.timeline.map((one, place) => make("li", {}, this.entryWords(one), this.removal(this.data.timeline, place)))
      : make("li", {}, say("breaks-none")));
    this.bought();
    fill("musts",
      this.data.expect.map((one, place) => make("li", {}, this.mustWords(one), this.data.expect.length > 1 ? this.removal(this.data.expect, place) : null)),
      make("li", { class: "soft" }, say("expects-about")));
  }

  bought() {
    by("campaign").disabled = !this.measures.length || by("run").disabled;
    fill("measures", this.measures.length
      ? this.measures.map((one, place) => make("li", {}, `${one.title[lang] ?? one.title.en} `,
        make("button", { type: "button", class: "plain", "aria-label": `${say("remove")}: ${one.title[lang] ?? one.title.en}`, onclick: () => { this.measures.splice(place, 1); this.changed(); this.bought(); } }, say("remove"))))
      : make("li", { class: "soft" }, say("measures-none")));
  }

  /** The form with which something is bought for a thing: what its catalogue says can be. */
  buying(name) {
    const place = make("div", {});
    ask(`/api/offers/${encodeURIComponent(name)}`).then(({ offers }) => {
      if (!offers.length) return;
      const short = (value) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 3 }).format(value);
      const what = make("select", { onchange: () => sized() }, offers.map((one, at) => make("option", { value: at }, one.title)));
      const size = make("input", { type: "text", inputmode: "decimal" });
      const asked = make("span", {});
      const label = make("label", {}, asked, size);
      const said = make("div", { role: "status" });
      const offer = () => offers[Number(what.value)];
      const sized = () => {
        const one = offer();
        label.hidden = one["on-or-off"];
        asked.textContent = say(one.added ? "size-more" : "size", { unit: one.unit, today: short(one.today), most: short(one.most) });
        size.value = String(one.most);
      };
      const add = async () => {
        fill(said);
        try {
          this.measures.push(await ask("/api/measure", { thing: name, offer: offer().id, size: offer()["on-or-off"] ? 1 : Number(size.value.replace(",", ".")) }));
          this.changed();
          this.bought();
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          fill(said, make("ul", { class: "problems" }, error.problems.map((one) => make("li", {}, `${one.what}; ${one.fix}`))));
        }
      };
      sized();
      fill(place, make("details", { "data-form": "measure" }, make("summary", {}, say("measure")),
        make("div", { class: "fields" }, labelled("what", what), label), said, make("button", { type: "button", onclick: add, "data-add": true }, say("add"))));
    });
    return place;
  }

  removal(list, place) {
    const words = list === this.data.timeline ? this.entryWords(list[place]) : this.mustWords(list[place]);
    return make("button", { type: "button", class: "plain", "aria-label": `${say("remove")}: ${words}`, onclick: () => { list.splice(place, 1); this.lists(); this.changed(); } }, say("remove"));
  }

  name(target) {
    const link = this.map.linked.get(target);
    if (link) return `${this.name(link.from)} → ${this.name(link.to)}`;
    return this.things.get(target)?.name ?? this.town.districts.find((one) => one.id === target)?.title ?? target;
  }

  entryWords(one) {
    const titled = one.title?.[lang] ?? Object.values(one.title ?? {})[0];
    const what = one.isolate ? say("cut-off") : titled ?? this.town.faults[one.fault]?.title ?? one.fault ?? one.id;
    const where = one.isolate ? [one.isolate.district] : [one.target ?? []].flat();
    const how = one.for ? `${say("for")} ${one.for}` : one.repair ? say("repaired") : say("to-end");
    const places = where.slice(0, 4).map((target) => this.name(target)).join(", ");
    return `${what}${places && !titled ? `: ${places}` : ""}${where.length > 4 ? " …" : ""} – ${say("at")} ${one.at ?? "0s"}, ${how} `;
  }

  mustWords(one) {
    const titled = one.title?.[lang] ?? Object.values(one.title ?? {})[0];
    if (titled) return `${titled} `;
    const measure = this.town.measures.find((known) => known.id === one.levels?.measure || known.levels.some((level) => level.id === one.level));
    const level = measure?.levels.find((known) => known.id === one.level);
    const what = one.levels === "all" ? say("all-levels") : measure ? measure.title + (level ? ` – ${level.title}` : "") : `${one.id} (${say("kept")})`;
    const norm = measure?.norms.find((known) => known.id === (one.at_least ?? one.at_most));
    const how = one.type === "recovery" ? `${say("back-within")} ${one.within}` : `${say("throughout")}${one.longest ? `, ${say("gap")} ${one.longest}` : ""}`;
    return `${what}${norm ? ` (${norm.title})` : ""}: ${how} `;
  }

  /** The form with which a thing is broken, a link cut, or a district cut off. */
  breaking(name, sort, told) {
    if (sort === "district") return this.form("cut-off", null, (entry) => ({ ...entry, isolate: { district: name } }), say("cut-off-about"));
    const faults = this.town.kinds[this.things.get(name).kind].faults;
    const links = (told?.needs ?? []).filter((one) => this.map.linked.has(one.id) && this.town.flows[one.kind].faults.length);
    return make("div", {},
      faults.length ? this.form("break", faults, (entry) => ({ ...entry, target: name })) : make("p", { class: "soft" }, say("unbreakable")),
      links.map((link) => make("details", {}, make("summary", {}, `${say("cut")}: ${link.flow} – ${link.name}`),
        this.form("cut", this.town.flows[link.kind].faults, (entry) => ({ ...entry, target: link.id })))),
    );
  }

  form(title, faults, made, about = "") {
    const name = `how-${++WhatIf.forms}`;
    const fault = faults && make("select", { onchange: () => parameters() }, faults.map((one) => make("option", { value: one }, this.town.faults[one].title)));
    const at = make("input", { type: "text", value: "1h", required: true, "data-time": true });
    const length = make("input", { type: "text", value: "6h", "aria-label": say("how-long"), "data-time": true });
    const way = (value, chosen, ...more) => make("label", {}, make("input", { type: "radio", name, value, checked: chosen }), ...more);
    const inputs = make("div", { class: "fields" });
    const details = make("details", {}, make("summary", {}, say("more")), inputs);
    const explained = make("p", { class: "soft" }, about);
    const parameters = () => {
      const known = fault ? this.town.faults[fault.value] : null;
      if (known) explained.textContent = known.about;
      const asked = known?.parameters ?? [];
      details.hidden = !asked.length;
      details.open = asked.some((one) => one.default === null);
      fill(inputs, asked.map((one) => {
        const unit = one.unit && one.unit !== "1" ? ` (${one.unit})` : "";
        const input = one.choices.length
          ? make("select", { "data-parameter": one.name }, make("option", { value: "" }, ""), one.choices.map((choice) => make("option", {}, choice)))
          : make("input", { type: "text", "data-parameter": one.name, placeholder: one.default ?? "", required: one.default === null });
        return make("label", {}, make("span", {}, one.title + unit), input);
      }));
    };
    const add = () => {
      for (const one of [at, ...(how() === "for" ? [length] : [])]) {
        one.setAttribute("aria-invalid", String(!TIME.test(one.value)));
        if (!TIME.test(one.value)) return one.focus();
      }
      const given = [...inputs.querySelectorAll("[data-parameter]")].filter((one) => one.value.trim());
      const entry = { id: this.fresh("timeline", fault ? fault.value : "cut-off"), at: at.value };
      if (fault) entry.fault = fault.value;
      if (how() === "for") entry.for = length.value;
      if (how() === "repair") entry.repair = {};
      if (given.length) entry.parameters = Object.fromEntries(given.map((one) => [one.dataset.parameter, value(one.value)]));
      this.data.timeline.push(made(entry));
      this.lists();
      this.changed();
    };
    const how = () => frame.querySelector(`input[name="${name}"]:checked`).value;
    const frame = make("fieldset", { "data-form": title }, make("legend", {}, say(title)), explained,
      make("div", { class: "fields" }, fault && labelled("fault", fault), labelled("when", at)),
      make("div", { class: "choices", role: "radiogroup", "aria-label": say("how-long") },
        way("for", true, say("for"), length), way("repair", false, say("until-repaired")), way("end", false, say("until-end"))),
      details,
      make("button", { type: "button", class: "main", "data-add": true, onclick: add }, say("add")));
    parameters();
    return frame;
  }

  /** The form that says what must hold. */
  requiring() {
    const measures = this.town.measures;
    const measure = make("select", { id: "must-measure", onchange: () => choices() }, measures.map((one) => make("option", { value: one.id }, one.title)));
    const where = make("select", {});
    const limit = make("select", {});
    const how = make("select", { onchange: () => { within.value = how.value === "recovery" ? "2h" : ""; } },
      make("option", { value: "invariant" }, say("throughout")), make("option", { value: "recovery" }, say("back")));
    const within = make("input", { type: "text", placeholder: say("times") });
    const choices = () => {
      const known = measures.find((one) => one.id === measure.value);
      fill(where, make("option", { value: "" }, say("all-places")), known.levels.map((one) => make("option", { value: one.id }, one.title)));
      fill(limit, make("option", { value: "" }, say("declared")), known.norms.map((one) => make("option", { value: one.id }, one.title)));
    };
    const add = () => {
      const known = measures.find((one) => one.id === measure.value);
      const entry = { id: this.fresh("expect", measure.value), type: how.value };
      Object.assign(entry, where.value ? { level: where.value } : { levels: { measure: measure.value } });
      if (limit.value) entry[known.better] = limit.value;
      if (how.value === "recovery") Object.assign(entry, { after: "cleared", within: within.value || "2h" });
      else if (within.value) entry.longest = within.value;
      this.data.expect.push(entry);
      this.lists();
      this.changed();
    };
    choices();
    return make("details", { id: "requiring" }, make("summary", {}, `${say("expects")}: ${say("add")}`),
      make("div", { class: "fields" }, labelled("expects", measure), labelled("where", where), labelled("limit", limit), labelled("how-long", how),
        make("label", {}, make("span", {}, `${say("gap")} / ${say("back-within")}`), within)),
      make("button", { type: "button", onclick: add, id: "must-add" }, say("add")));
  }

  /** An id that nothing of the file has yet. */
  fresh(part, wanted) {
    const taken = new Set([...this.data.timeline, ...this.data.expect, ...(this.data.redundancies ?? [])].map((one) => one.id));
    for (let n = 1; ; n++) {
      const name = n === 1 ? wanted : `${wanted}-${n}`;
      if (!taken.has(name)) return name;
    }
  }

  async run(way = "/api/runs") {
    try {
      const { id: name } = await ask(way, { scenario: this.data, ...(way === "/api/runs" ? {} : { measures: this.measures }) });
      fill("what-if-said", make("p", {}, say("queued", { id: name })));
      this.runs.look();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.problems(error.problems);
    }
  }

  files() {
    const name = make("input", { type: "text", maxlength: 80, id: "save-name" });
    const replace = make("input", { type: "checkbox", id: "save-replace" });
    const said = make("div", { role: "status", id: "save-said" });
    const save = async () => {
      try {
        const { file } = await ask("/api/save", { scenario: this.data, name: name.value || this.data.id, replace: replace.checked });
        fill(said, make("p", {}, say("saved", { file, path: `${this.folder}/${file}` })));
        list();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        fill(said, make("ul", { class: "problems" }, error.problems.map((one) => make("li", {}, `${one.what}; ${one.fix}`))));
      }
    };
    const which = make("select", { id: "open-which" });
    const list = async () => {
      const found = await ask("/api/files");
      this.folder = found.folder;
      fill(which, ["own", "shipped"].filter((sort) => found[sort].length).map((sort) => make("optgroup", { label: say(sort) }, found[sort].map((one) => make("option", { value: `${sort}/${one}` }, one)))));
    };
    const open = async () => {
      try {
        const data = await ask(`/api/files/${which.value}`);
        this.made = false;
        this.open(data);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.problems(error.problems);
      }
    };
    list();
    return make("div", {},
      make("div", { class: "row" }, labelled("save-as", name), make("button", { type: "button", id: "save", onclick: save }, say("save")),
        make("label", {}, replace, " ", say("replace"))),
      said,
      make("div", { class: "row" }, labelled("open-what", which), make("button", { type: "button", id: "open", onclick: open }, say("open"))));
  }
}
WhatIf.forms = 0;

function labelled(name, input) {
  return make("label", { class: "field" }, make("span", {}, say(name)), input);
}

function text(value, changed, what) {
  const input = make("input", { type: "text", value, maxlength: 200, oninput: () => { changed(input.value); what.changed(); } });
  return input;
}

/** A number, a switch, or a text, as a file would have it. */
function value(said) {
  const trimmed = said.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  const read = Number(trimmed.replace(",", "."));
  return Number.isNaN(read) ? trimmed : read;
}

const known = () => (lang === "de" ? "de" : "en");

const SPELT = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

function id(title) {
  const plain = title.toLowerCase().replace(/[äöüß]/g, (sign) => SPELT[sign]).normalize("NFD").replace(/\p{M}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
}
