// Everything the page knows, in one object that components take from the context.

import { getContext, setContext } from "svelte";
import * as api from "../api/client";
import type { Facility, LatLon, Settings } from "../api/types";
import { en } from "../i18n/en";
import type { Messages } from "../i18n/messages";
import { zh } from "../i18n/zh";
import { LanguageState } from "./language.svelte";
import { NearbyState } from "./nearby.svelte";
import { PlaceState } from "./place.svelte";
import { PositionState } from "./position.svelte";
import { RouteState } from "./route.svelte";

/** Shown when the operator names no categories: what people are most often in a hurry for comes first. */
const usualCategories = ["toilet", "store", "parcel_locker", "pharmacy", "bike_rental", "drinking_water", "charging_station", "government"];

/** How much of a phone's screen the sheet takes. */
export type SheetSize = "low" | "half" | "full";

export class App {
  readonly language = new LanguageState<Messages>({ "zh-Hans": zh, en });
  readonly route = new RouteState();
  readonly position = new PositionState();
  readonly nearby = new NearbyState();
  readonly place = new PlaceState();
  settings = $state.raw<Settings>({});
  settingsKnown = $state(false);
  online = $state(navigator.onLine);
  sheet = $state<SheetSize>("half");
  /** What the live region says; a change is spoken. */
  announcement = $state("");
  /** The facility under the pointer or with the focus, to be lit on the map. */
  highlighted = $state<string | null>(null);

  readonly categories = $derived.by(() => {
    const offered = this.settings.categories?.length ? this.settings.categories : usualCategories;
    const chosen = this.route.filters.category;
    return chosen && !offered.includes(chosen) ? [...offered, chosen] : offered;
  });

  get t() {
    return this.language.t;
  }

  async loadSettings(): Promise<void> {
    try {
      this.settings = await api.settings();
    } catch {
      // The page works without: no base map, its own categories.
    }
    this.settingsKnown = true;
  }

  /** Searches again with the filters and the start as they are now. */
  refresh(radius?: number): void {
    const start = this.position.start;
    if (start) void this.nearby.search(start, this.route.filters, radius);
  }

  choosePoint(at: LatLon): void {
    this.position.set(at, "map");
  }

  known(id: string): Facility | null {
    return this.nearby.features.find((f) => f.id === id) ?? null;
  }
}

const key = Symbol("app");

export function provideApp(app: App): App {
  return setContext(key, app);
}

export function useApp(): App {
  return getContext<App>(key);
}
