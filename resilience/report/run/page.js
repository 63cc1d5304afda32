"use strict";
// Everything that the page says, it says without this script too. The script plays the run through, shows a place that
// is chosen on the map or in its list, and sets the run beside another one. It loads nothing and sends nothing.
(() => {
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const {words, run, levels, districts, places, lang} = data;
  const one = id => document.getElementById(id);
  const number = (value, digits = 0) => value.toLocaleString(lang, {maximumFractionDigits: digits});
  const make = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  const duration = seconds => {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) return `${Math.round(seconds)} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h` + (minutes % 60 ? ` ${minutes % 60} min` : "");
  };
  // The town's own clock has no time zone; UTC keeps the browser's out of it.
  const clock = seconds => {
    const at = new Date(Date.parse(`${run.start}Z`) + seconds * 1000);
    const form = {hour: "2-digit", minute: "2-digit", timeZone: "UTC", hourCycle: "h23"};
    if (run.end_s > 86400) Object.assign(form, {day: "numeric", month: "short"});
    return at.toLocaleString(lang, form);
  };
  const amount = (value, unit) => {
    if (value === null || value === undefined) return "–";
    if (unit === "share") return `${number(100 * value, Math.abs(value) < .1 ? 1 : 0)} %`.replace(" %", lang === "de" ? "\u00a0%" : "%");
    return number(value, 2) + (unit === "1" || !unit ? "" : `\u00a0${unit}`);
  };
  const valueAt = (level, seconds) => {
    let found = null;
    for (let i = 0; i < level.at.length && level.at[i] <= seconds; i++) found = level.values[i];
    return found;
  };
  const isLow = (level, value) => value !== null && (level.higher ? value < level.minimum - 1e-9 : value > level.minimum + 1e-9);
  const isOut = (place, seconds) => place.failed.some(([begin, end]) => begin <= seconds && seconds < end);

  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

  // the map: a place, layers, and the run played through
  const spots = new Map();
  for (const drawn of document.querySelectorAll(".map [data-place]")) spots.set(drawn.dataset.place, drawn);
  const slider = one("when"), whole = one("whole");
  const now = () => whole.checked ? null : Number(slider.value);

  const describe = id => {
    const box = one("place-detail");
    box.replaceChildren();
    for (const [name, drawn] of spots) drawn.classList.toggle("chosen", name === id);
    const place = places.find(p => p.id === id), district = districts.find(d => d.id === id);
    if (!place && !district) { box.append(make("p", words["choose-place"], {class: "note"})); return; }
    const rows = [];
    box.append(make("h3", (place || district).label));
    if (place) {
      rows.push([words.kind, place.kind]);
      const where = districts.find(d => d.id === place.district);
      if (where) rows.push([words.district, where.label]);
      if (place.owner) rows.push([words.owner, place.owner]);
      const total = place.failed.reduce((sum, [begin, end]) => sum + end - begin, 0);
      rows.push([words["out-times"], total ? `${duration(total)}: ` + place.failed.map(([b, e]) => `${clock(b)} – ${clock(e)}`).join("; ") : words.worked]);
    } else {
      rows.push([words.people, number(district.people)], [words["person-hours"], number(district.person_hours)]);
    }
    const list = make("dl", undefined, {class: "pairs"});
    for (const level of levels.filter(l => l.of === id)) {
      const at = now(), value = at === null ? level.worst : valueAt(level, at);
      const when = at === null ? words.worst : clock(at);
      rows.push([level.title.split(", ")[0], `${when}: ${amount(value, level.unit)}, ${words.owed} ${level.higher ? "≥" : "≤"} ${amount(level.minimum, level.unit)}` + (level.low_s ? `; ${duration(level.low_s)} ${words["low-for-column"]}` : "")]);
    }
    for (const [name, value] of rows) {
      const pair = make("div");
      pair.append(make("dt", name, {class: "cap"}), make("dd", value));
      list.append(pair);
    }
    box.append(list);
  };

  const play = () => {
    const at = now();
    one("when-said").textContent = at === null ? words["whole-run"] : clock(at);
    slider.setAttribute("aria-valuetext", one("when-said").textContent);
    let out = 0;
    for (const place of places) {
      const cross = spots.get(place.id)?.querySelector(".out");
      const failed = at === null ? place.failed.length > 0 : isOut(place, at);
      if (cross) cross.style.display = failed ? "" : "none";
      out += failed;
    }
    const low = levels.filter(level => at === null ? level.low_s > 0 : isLow(level, valueAt(level, at)));
    const box = one("now");
    box.replaceChildren();
    box.append(make("p", out || low.length ? `${words["places-out"]}: ${number(out)}, ${words["levels-low"]}: ${number(low.length)}` : words["nothing-out"], {id: "now-said"}));
    const list = make("ul");
    for (const level of low.slice(0, 8)) list.append(make("li", `${level.title}: ${amount(at === null ? level.worst : valueAt(level, at), level.unit)}`));
    if (low.length > 8) list.append(make("li", "…"));
    if (low.length) box.append(list);
    for (const district of districts) {
      const drawn = spots.get(district.id);
      if (drawn) drawn.classList.toggle("lacking", at !== null && low.some(level => level.of === district.id));
    }
    document.querySelector(".map")?.classList.toggle("played", at !== null);
    if (one("place").value) describe(one("place").value);
  };

  if (spots.size) {
    const choose = one("place");
    const group = (label, rows) => {
      const made = make("optgroup", undefined, {label});
      for (const row of rows) made.append(make("option", row.label, {value: row.id}));
      if (rows.length) choose.append(made);
    };
    group(words.district, districts);
    for (const kind of [...new Set(places.map(p => p.kind))]) group(kind, places.filter(p => p.kind === kind));
    choose.addEventListener("change", () => describe(choose.value));
    // Shapes lie close together: a click takes the nearest, a further one on the same spot the next.
    const map = document.querySelector(".map");
    map.addEventListener("click", event => {
      const distance = name => {
        const box = spots.get(name).getBoundingClientRect();
        return Math.hypot(event.clientX - (box.left + box.right) / 2, event.clientY - (box.top + box.bottom) / 2);
      };
      const near = places.filter(p => spots.has(p.id) && spots.get(p.id).style.display !== "none").map(p => [distance(p.id), p.id])
        .filter(([far]) => far <= 10).sort((a, b) => a[0] - b[0]).map(([, name]) => name);
      const drawn = event.target.closest("[data-place]");
      if (!near.length && drawn) near.push(drawn.dataset.place);
      if (!near.length) return;
      const last = near.indexOf(choose.value);
      choose.value = near[(last + 1) % near.length];
      describe(choose.value);
    });
    for (const layer of document.querySelectorAll("input[data-layer]")) {
      layer.addEventListener("change", () => {
        for (const place of places.filter(p => p.domain === layer.dataset.layer)) {
          const drawn = spots.get(place.id);
          if (drawn) drawn.style.display = layer.checked ? "" : "none";
        }
      });
    }
    slider.addEventListener("input", () => { whole.checked = false; play(); });
    whole.addEventListener("change", play);
    describe("");
    play();
  }

  // another run beside this one
  const table = (caption, head, rows) => {
    const made = make("table"), top = make("thead"), body = make("tbody"), line = make("tr");
    made.append(make("caption", caption));
    head.forEach((cell, i) => line.append(make("th", cell, {scope: "col", class: i ? "n cap" : "cap"})));
    top.append(line);
    for (const [name, ...cells] of rows) {
      const row = make("tr");
      row.append(make("th", name, {scope: "row", class: "cap"}));
      for (const cell of cells) row.append(make("td", cell, {class: "n"}));
      if (new Set(cells).size > 1) row.classList.add("differs");
      body.append(row);
    }
    made.append(top, body);
    const scroll = make("div", undefined, {class: "scroll", tabindex: "0"});
    scroll.append(made);
    return scroll;
  };
  const result = check => check ? (check.needed ? words[check.value] : words["not-needed"]) + (check.actual !== "–" ? ` (${check.actual})` : "") : words["not-there"];
  const compare = other => {
    const box = one("compared");
    box.replaceChildren();
    const that = other.run;
    box.append(make("p", `${words.compared}: ${that.title} (${that.scenario}, ${words["of-town"]} ${that.city})` + (that.people === run.people ? "" : ` – ${words["other-town"]}`)));
    const head = [words.check, words["this-run"], words["that-run"]];
    const back = r => r.recovery_s === null ? words["not-reached"] : duration(r.recovery_s);
    box.append(table(words.verdict, head, [
      [words.verdict, words[run.verdict], words[that.verdict]],
      [words["peak-people-column"], number(run.peak_people), number(that.peak_people)],
      [words["person-hours"], number(run.person_hours), number(that.person_hours)],
      [words.recovery, back(run), back(that)],
    ]));
    const names = [...new Set([...data.checks, ...other.checks].map(c => c.name))];
    const find = (rows, name) => rows.find(row => row.name === name);
    box.append(table(words.check, head, names.map(name => [name, result(find(data.checks, name)), result(find(other.checks, name))])));
    const said = level => level ? `${amount(level.worst, level.unit)}; ${duration(level.low_s)}` : words["not-there"];
    const ids = [...new Set([...levels, ...other.levels].map(l => l.id))];
    const rows = ids.map(id => {
      const mine = levels.find(l => l.id === id), its = other.levels.find(l => l.id === id);
      return [(mine || its).title, said(mine), said(its)];
    });
    box.append(table(`${words.service}: ${words.worst}; ${words["low-for-column"]}`, [words.service, head[1], head[2]], rows.filter(([, a, b]) => a !== b)));
  };
  one("other-run").addEventListener("change", async event => {
    const [file] = event.target.files;
    if (!file) return;
    try {
      const parsed = new DOMParser().parseFromString(await file.text(), "text/html");
      const other = JSON.parse(parsed.getElementById("page-data").textContent);
      if (other.schema !== data.schema) throw new Error(other.schema);
      compare(other);
    } catch {
      one("compared").replaceChildren(make("p", words["cannot-compare"], {role: "alert"}));
    }
  });
})();
