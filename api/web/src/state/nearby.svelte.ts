// The list: nearest first around a start, growing until something is found, more on demand.

import { Failure, type FailureKind, type Filters, firstRadius, lastRadius, nearby } from "../api/client";
import type { Facility, LatLon } from "../api/types";

export type NearbyPhase = "idle" | "loading" | "ready" | "failed";

/** After this long without an answer the page says that the network is slow. */
const slowMs = 3500;

export class NearbyState {
  phase = $state<NearbyPhase>("idle");
  slow = $state(false);
  failure = $state<FailureKind | null>(null);
  features = $state.raw<Facility[]>([]);
  /** Metres, as the answer says. */
  radius = $state(firstRadius);
  /** The radius that was asked for first; a larger one in the answer means that it grew. */
  asked = $state(firstRadius);
  loadingMore = $state(false);
  moreFailed = $state(false);
  hasMore = $state(false);
  /** Counts answers, so that the live region speaks once for each. */
  answers = $state(0);
  /** Whether an empty answer came although nothing narrowed the search: no data here at all. */
  uncovered = $state(false);

  private cursor: string | null = null;
  private query: { at: LatLon; filters: Filters; radius: number; expand: boolean } | null = null;
  private running: AbortController | null = null;

  /** Starts over. The features before stay visible until the answer comes. */
  async search(at: LatLon, filters: Filters, radius = firstRadius): Promise<void> {
    this.running?.abort();
    const control = new AbortController();
    this.running = control;
    // A copy, because a later page must ask with the very same parameters.
    const query = { at: { lat: at.lat, lon: at.lon }, filters: { ...filters }, radius, expand: true };
    this.query = query;
    this.phase = "loading";
    this.failure = null;
    this.slow = false;
    this.loadingMore = false;
    this.moreFailed = false;
    const timer = setTimeout(() => (this.slow = true), slowMs);
    try {
      const answer = await nearby(query.at, query.filters, { radius, expand: true }, control.signal);
      if (control.signal.aborted) return;
      this.features = answer.features;
      this.radius = answer.radius_used;
      this.asked = radius;
      this.turnPage(answer.next_cursor);
      this.uncovered = answer.features.length === 0 && (await this.isUncovered(query.at, query.filters, control.signal));
      if (control.signal.aborted) return;
      this.phase = "ready";
      this.answers++;
    } catch (cause) {
      if (control.signal.aborted) return;
      this.failure = cause instanceof Failure ? cause.kind : "server";
      this.phase = "failed";
    } finally {
      clearTimeout(timer);
      if (this.running === control) this.slow = false;
    }
  }

  async more(): Promise<void> {
    const { query, running, cursor } = this;
    if (!query || !running || !cursor || this.loadingMore) return;
    this.loadingMore = true;
    this.moreFailed = false;
    try {
      const page = { radius: query.radius, expand: query.expand, cursor };
      const answer = await nearby(query.at, query.filters, page, running.signal);
      if (running.signal.aborted) return;
      this.features = [...this.features, ...answer.features];
      this.turnPage(answer.next_cursor);
    } catch {
      if (!running.signal.aborted) this.moreFailed = true;
    } finally {
      if (!running.signal.aborted) this.loadingMore = false;
    }
  }

  /** The next wider radius, or null at the end of the world. */
  get wider(): number | null {
    return this.radius >= lastRadius ? null : Math.min(this.radius * 2, lastRadius);
  }

  private turnPage(cursor: string | null | undefined): void {
    this.cursor = cursor || null;
    this.hasMore = this.cursor !== null;
  }

  private async isUncovered(at: LatLon, filters: Filters, signal: AbortSignal): Promise<boolean> {
    if (!filters.category && !filters.openNow && !filters.stepFree) return true;
    const all: Filters = { category: "", openNow: false, includeUnknown: true, stepFree: false };
    const answer = await nearby(at, all, { radius: lastRadius, expand: false, limit: 1 }, signal);
    return answer.features.length === 0;
  }
}
