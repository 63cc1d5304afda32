// Finds things by what people call them, by kind and by id, in lists that the keyboard walks through.

import { by, fill, make, number, say } from "./tools.js";

const SHOWN = 40;

export function finder(town, choose) {
  const input = by("find");
  const rows = [
    ...town.districts.map((one) => ({ id: one.id, name: one.title, kind: "" })),
    ...town.things.map((one) => ({ id: one.id, name: one.name, kind: town.kinds[one.kind].title })),
  ].map((one) => ({ ...one, text: fold(`${one.name} ${one.kind} ${one.id}`) }));
  const look = () => {
    const parts = fold(input.value).split(/\s+/).filter(Boolean);
    if (!parts.length) {
      fill("hits");
      by("find-said").textContent = "";
      return;
    }
    const hits = rows.filter((one) => parts.every((part) => one.text.includes(part)));
    const whole = fold(input.value.trim());
    const rank = (one) => (fold(one.id) === whole || fold(one.name) === whole ? 0 : fold(one.name).startsWith(parts[0]) ? 1 : 2);
    hits.sort((a, b) => rank(a) - rank(b));
    fill("hits", hits.slice(0, SHOWN).map((one) => pick(one, choose)));
    by("find-said").textContent = !hits.length
      ? say("found-none")
      : hits.length > SHOWN
        ? say("found-more", { n: number(hits.length - SHOWN) })
        : `${number(hits.length)} ${say("found")}`;
  };
  input.addEventListener("input", look);
  return look;
}

export function pick(one, choose) {
  const small = [one.kind, one.id].filter((part) => part && part !== one.name).join(" · ");
  return make("li", {}, make("button", { type: "button", "data-pick": one.id, onclick: () => choose(one.id) }, one.name, " ", make("small", {}, small)));
}

export function fold(text) {
  return text.toLocaleLowerCase("de").normalize("NFD").replace(/\p{M}/gu, "");
}
