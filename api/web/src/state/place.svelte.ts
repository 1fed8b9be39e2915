// The place that is open: what is known of it and the links that lead there.

import { Failure, type FailureKind, facility, navigation } from "../api/client";
import type { Facility, LatLon, NavigationAnswer } from "../api/types";
import { deviceOf, type LinksByMode, modes } from "../navigation/links";
import { recall, remember } from "./memory";

const providerKey = "fujin.map_app";

export class PlaceState {
  phase = $state<"idle" | "loading" | "ready" | "failed">("idle");
  failure = $state<FailureKind | null>(null);
  facility = $state.raw<Facility | null>(null);
  links = $state.raw<LinksByMode>({});
  linksPhase = $state<"idle" | "loading" | "ready" | "failed">("idle");
  distance = $state.raw<NavigationAnswer["distance"] | null>(null);
  provider = $state(recall(providerKey));

  readonly device = deviceOf(navigator.userAgent, navigator.maxTouchPoints);
  private running: AbortController | null = null;

  /** Opens a place; what the list already knows is shown at once. */
  async open(id: string, known: Facility | null, from: LatLon | null): Promise<void> {
    this.close();
    const control = new AbortController();
    this.running = control;
    this.facility = known;
    this.phase = known ? "ready" : "loading";
    void this.loadLinks(id, from, control.signal);
    try {
      const fresh = await facility(id, control.signal);
      if (control.signal.aborted) return;
      // Distance and bearing belong to the search and are not part of the place itself: they stay.
      this.facility = { ...fresh, properties: { ...known?.properties, ...fresh.properties } };
      this.phase = "ready";
    } catch (cause) {
      if (control.signal.aborted) return;
      this.failure = cause instanceof Failure ? cause.kind : "server";
      if (!known || this.failure === "not_found") this.phase = "failed";
    }
  }

  close(): void {
    this.running?.abort();
    this.running = null;
    this.facility = null;
    this.phase = "idle";
    this.failure = null;
    this.links = {};
    this.linksPhase = "idle";
    this.distance = null;
  }

  choose(provider: string): void {
    this.provider = provider;
    remember(providerKey, provider);
  }

  private async loadLinks(id: string, from: LatLon | null, signal: AbortSignal): Promise<void> {
    this.linksPhase = "loading";
    try {
      const answers = await Promise.all(modes.map((mode) => navigation(id, from, mode, signal)));
      if (signal.aborted) return;
      this.links = Object.fromEntries(modes.map((mode, i) => [mode, answers[i]?.links ?? []]));
      this.distance = answers[0]?.distance ?? null;
      this.linksPhase = "ready";
    } catch {
      if (!signal.aborted) this.linksPhase = "failed";
    }
  }
}
