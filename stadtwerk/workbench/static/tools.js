// What all parts of the page lean on: asking the server, making elements out of text, words with blanks.

export const lang = document.documentElement.dataset.lang;
export let words = {};

export function learn(said) {
  words = said;
}

/** A word of the page with its blanks filled: {n}. */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (blank, key) => values[key] ?? blank);
}

export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang).format(value);
}

/** An element with attributes and children; what is text stays text, whatever it says. */
export function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
    else if (value === true) one.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) one.setAttribute(name, value);
  }
  one.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return one;
}

export function fill(place, ...children) {
  (typeof place === "string" ? document.getElementById(place) : place).replaceChildren(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== ""),
  );
}

export const by = (id) => document.getElementById(id);

export class Refused extends Error {
  constructor(status, problems) {
    super(String(status));
    this.status = status;
    this.problems = problems;
  }
}

/** Asks the server. What is wrong with what was sent comes as `Refused`; a server that is away shows above the page. */
export async function ask(path, body) {
  const [way, query] = path.split("?");
  const settings = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(`${way}?lang=${lang}${query ? `&${query}` : ""}`, settings);
  } catch (error) {
    by("gone").hidden = false;
    throw error;
  }
  by("gone").hidden = answer.status !== 403;
  const data = answer.headers.get("content-type") === "application/json" ? await answer.json() : {};
  if (!answer.ok) throw new Refused(answer.status, data.problems ?? []);
  return data;
}
