// The address of the page: which place is open and which filters are set. A
// reload, the back button and a bookmark bring the same view; the position is
// not part of it.

import type { Filters } from "../api/client";

export class RouteState {
  /** The facility that is open, or null for the list. */
  place = $state<string | null>(null);
  filters = $state<Filters>({ category: "toilet", openNow: false, includeUnknown: true, stepFree: false });
  /** Whether the list lies behind the open place in the history, so that back means back. */
  private listBehind = false;

  constructor() {
    this.read();
    addEventListener("popstate", () => {
      this.listBehind = false;
      this.read();
    });
  }

  openPlace(id: string): void {
    if (this.place === id) return;
    const replace = this.place !== null;
    this.place = id;
    this.write(replace);
    if (!replace) this.listBehind = true;
  }

  closePlace(): void {
    if (this.place === null) return;
    if (this.listBehind) {
      history.back();
      return;
    }
    this.place = null;
    this.write(false);
  }

  /** Changes filters and shows the list, leaving an open place behind in the history. */
  showList(change: Partial<Filters> = {}): void {
    const leaving = this.place !== null;
    this.place = null;
    this.listBehind = false;
    Object.assign(this.filters, change);
    this.write(!leaving);
  }

  private read(): void {
    const place = /^\/p\/([^/]+)\/?$/.exec(location.pathname)?.[1];
    this.place = place ? decode(place) : null;
    const query = new URLSearchParams(location.search);
    const category = query.get("category");
    this.filters.category = category === "all" ? "" : /^[a-z][a-z0-9_]*$/.test(category ?? "") ? category! : "toilet";
    this.filters.openNow = query.get("open") === "now";
    this.filters.includeUnknown = query.get("unknown") !== "hide";
    this.filters.stepFree = query.get("step_free") === "yes";
  }

  private write(replace: boolean): void {
    const query = new URLSearchParams();
    const f = this.filters;
    if (f.category !== "toilet") query.set("category", f.category || "all");
    if (f.openNow) query.set("open", "now");
    if (f.openNow && !f.includeUnknown) query.set("unknown", "hide");
    if (f.stepFree) query.set("step_free", "yes");
    const path = this.place === null ? "/" : `/p/${encodeURIComponent(this.place)}`;
    const text = query.size > 0 ? `${path}?${query}` : path;
    if (replace) history.replaceState(null, "", text);
    else history.pushState(null, "", text);
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address to send to a friend: the place and nothing about the sender. */
export function shareAddress(id: string): string {
  return `${location.origin}/p/${encodeURIComponent(id)}`;
}
