// The map of one dataset and, for those who cannot see or point, the places in its view as a list of links.

import { settings } from "../api/client";
import { DatasetMap, type Place } from "./dataset-map";
import { wordsOf } from "./words";
import "./live-map.css";

/** How many of the places in view are listed. */
const listed = 8;

/** Replaces the drawing in a figure. Throws, and leaves it, where there is no WebGL. */
export async function showMap(figure: HTMLElement): Promise<void> {
  const words = wordsOf(document.documentElement.lang);
  const told = await settings().catch(() => ({}) as Awaited<ReturnType<typeof settings>>);
  const frame = make("div", "live-map");
  const chosen = make("p", "live-chosen");
  chosen.setAttribute("aria-live", "polite");
  const summary = make("p", "dim");
  summary.setAttribute("aria-live", "polite");
  const list = make("ul", "live-list");
  const drawing = figure.querySelector("svg");
  figure.prepend(frame); // MapLibre asks for the size of what it draws in
  let map: DatasetMap;
  try {
    map = new DatasetMap({
      container: frame,
      dataset: figure.dataset.dataset ?? "",
      bounds: (figure.dataset.bounds ?? "").split(",").map(Number) as [number, number, number, number],
      base: told.base_map ?? null,
      words,
      chosen: (place) => chosen.replaceChildren(linkTo(place, words.nameless)),
      viewed: (places, more) => {
        list.replaceChildren(...places.slice(0, listed).map((place) => {
          const item = make("li");
          item.append(linkTo(place, words.nameless));
          return item;
        }));
        summary.textContent = words.inView(places.length, more);
      },
    });
  } catch (cause) {
    frame.remove();
    throw cause;
  }
  const buttons = make("div", "live-buttons");
  for (const [sign, label, by] of [["+", words.closer, 1], ["−", words.farther, -1]] as const) {
    const button = make("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => map.zoom(by));
    buttons.append(button);
  }
  frame.append(buttons, chosen);
  drawing?.remove();
  figure.querySelector(".drawing-note")?.remove();
  frame.after(summary, list);
  const duties = [told.base_map?.attribution, told.map_approval].filter(Boolean).join(" · ");
  if (duties) figure.querySelector("figcaption")?.append(` ${duties}`);
}

function linkTo(place: Place, nameless: string): HTMLElement {
  const link = make("a");
  link.href = `/p/${encodeURIComponent(place.id)}`;
  link.textContent = place.name || nameless;
  return link;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}
