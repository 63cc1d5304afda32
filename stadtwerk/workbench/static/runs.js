// The runs: what waits, how far the one that runs is, what finished ones came to, and their reports.

import { ask, by, fill, lang, make, say } from "./tools.js";

const BUSY_MS = 1000;
const IDLE_MS = 5000;

export class Runs {
  constructor() {
    this.opened = new Set();
    by("report-close").addEventListener("click", () => {
      by("report-part").hidden = true;
      by("report").removeAttribute("src");
    });
  }

  /** Looks once, and again later: soon while something goes on. */
  async look() {
    clearTimeout(this.due);
    let busy = true;
    try {
      const { runs } = await ask("/api/runs");
      busy = runs.some((one) => one.state === "at-work" || one.state === "waiting");
      const shown = JSON.stringify(runs);
      if (shown !== this.shown) this.draw(runs);
      this.shown = shown;
    } catch { /* told above the page; it is asked again */ }
    this.due = setTimeout(() => this.look(), busy ? BUSY_MS : IDLE_MS);
  }

  draw(runs) {
    const held = document.activeElement?.dataset?.held; // what has the focus keeps it
    for (const one of by("runs").querySelectorAll("details[data-of]")) {
      if (one.open) this.opened.add(one.dataset.of);
      else this.opened.delete(one.dataset.of);
    }
    const finished = runs.filter((one) => one.state === "done" && one.sort === "run");
    fill("runs", runs.length ? runs.map((one) => this.job(one, finished)) : make("p", { class: "soft" }, say("runs-none")));
    if (held) document.querySelector(`[data-held="${held}"]`)?.focus();
  }

  job(one, finished) {
    const action = (name) => make("button", { type: "button", "data-held": `${name}-${one.id}`, "aria-label": `${say(name)}: ${one.id} ${one.title}`, onclick: () => this.act(one.id, name) }, say(name));
    const buttons = {
      waiting: ["stop"],
      "at-work": [one.paused ? "resume" : "pause", "stop"],
      done: ["remove"],
      failed: ["again", "remove"],
      stopped: ["again", "remove"],
      "broken-off": ["again", "remove"],
    }[one.state];
    return make("article", { class: "job", "data-job": one.id, "data-state": one.state, "data-sort": one.sort },
      make("h3", {}, `${one.id} ${one.sort === "compare" ? `${say("compare")}: ` : one.sort === "campaign" ? `${say("measures")}: ` : ""}${one.title}`),
      one.state === "at-work" ? this.progress(one) : one.state === "done" ? this.result(one, finished) : make("p", {}, say(one.state)),
      one.said ? make("pre", {}, one.said) : null,
      make("div", { class: "row" },
        one.state === "done" ? make("button", { type: "button", class: "main", "data-held": `report-${one.id}`, "data-report": one.id, onclick: () => this.report(one.id) }, say("show-report")) : null,
        buttons.map(action)),
    );
  }

  progress(one) {
    const { step = "", share = null, clock = "" } = one.progress ?? {};
    const part = share === null ? {} : { value: share, max: 1 };
    const percent = share === null ? "" : ` – ${new Intl.NumberFormat(lang, { style: "percent" }).format(share)}`;
    return make("div", {},
      make("p", {}, `${say(one.paused ? "paused" : "at-work")}: ${step}${clock ? ` (${clock.replace("T", " ")})` : ""}${percent}`),
      make("progress", { ...part, "aria-label": one.title }));
  }

  result(one, finished) {
    const { verdict, answer, findings = [], digest } = one.result;
    if (!verdict) return make("p", {}, say("done"));
    const others = finished.filter((other) => other.id !== one.id);
    const other = make("select", { "aria-label": say("compare-with"), "data-held": `other-${one.id}` }, others.map((run) => make("option", { value: run.id }, `${run.id} ${run.title}`)));
    return make("div", {},
      make("p", {}, make("span", { class: `verdict ${verdict}` }, say(verdict)), ` – ${answer}`),
      make("details", { "data-of": one.id, open: this.opened.has(one.id) }, make("summary", { "data-held": `findings-${one.id}` }, say("findings")),
        make("ul", { class: "plain" }, findings.filter((finding) => finding.needed).map((finding) => make("li", {}, make("span", { class: `verdict ${finding.value}` }, say(finding.value)), ` ${finding.title}: ${finding.reason}`))),
        make("p", { class: "soft" }, `${say("digest")}: `, make("code", { "data-digest": one.id }, digest)),
        make("p", { class: "soft" }, `${say("command")}: `, make("code", {}, one.command)),
        make("button", { type: "button", onclick: () => this.reopen(one.id) }, say("to-form"))),
      others.length ? make("div", { class: "row" }, other, make("button", { type: "button", "data-compare": one.id, "data-held": `compare-${one.id}`, onclick: async () => { await ask("/api/compare", { first: other.value, second: one.id }); this.look(); } }, say("compare"))) : null,
    );
  }

  async reopen(name) {
    this.whatIf.open(await ask(`/api/runs/${name}/scenario`));
    by("what-if-head").scrollIntoView();
  }

  async act(name, action) {
    await ask(`/api/runs/${name}/${action}`, {});
    this.look();
  }

  report(name) {
    const address = `/runs/${name}/report`;
    by("report").src = address;
    by("report-alone").href = address;
    by("report-part").hidden = false;
    by("report-part").scrollIntoView();
    by("report-alone").focus({ preventScroll: true });
  }
}
