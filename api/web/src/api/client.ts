// Calls to the public API. One place knows how it is asked, how it fails and how long is too long.

import type { Facility, LatLon, Mode, NavigationAnswer, NearbyAnswer, Problem, SearchAnswer, Settings } from "./types";

/** Why a call brought nothing, in the terms a person can be told about. */
export type FailureKind = "offline" | "timeout" | "not_found" | "busy" | "refused" | "server";

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly problem?: Problem,
  ) {
    super(problem?.detail ?? kind);
  }
}

/** What narrows a search; the position is never part of it. */
export interface Filters {
  /** Empty = every category. */
  category: string;
  openNow: boolean;
  /** With openNow: whether places that do not state their hours stay. */
  includeUnknown: boolean;
  stepFree: boolean;
}

const patienceMs = 20_000;

/** The first radius in metres, which grows by doubling up to the last. */
export const firstRadius = 1500;
export const lastRadius = 50_000;

/** Nobody is sent to a door that stays shut: private places and those without access are not for citizens. */
const open = "yes,permissive,customers,permit,key,unknown";

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  // By hand, because AbortSignal.any is younger than many phones.
  const limit = new AbortController();
  const stop = () => limit.abort();
  signal?.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(stop, patienceMs);
  try {
    return await read<T>(path, limit.signal);
  } catch (cause) {
    if (signal?.aborted || cause instanceof Failure) throw cause;
    throw new Failure(limit.signal.aborted ? "timeout" : "offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function read<T>(path: string, signal: AbortSignal): Promise<T> {
  const answer = await fetch(path, {
    signal,
    headers: { Accept: "application/geo+json, application/json, application/problem+json" },
    credentials: "omit",
  });
  if (answer.ok) return (await answer.json()) as T;
  let problem: Problem = { status: answer.status };
  try {
    problem = { ...problem, ...((await answer.json()) as Problem) };
  } catch {
    // A proxy's error page is not a problem document; the status tells enough.
  }
  throw new Failure(kindOf(answer.status), problem);
}

function kindOf(status: number): FailureKind {
  if (status === 404 || status === 410) return "not_found";
  if (status === 429 || status === 503) return "busy";
  return status >= 500 ? "server" : "refused";
}

/** Nearest first around a position. With a cursor it continues an earlier answer. */
export function nearby(
  at: LatLon,
  filters: Filters,
  page: { radius: number; expand: boolean; cursor?: string | undefined; limit?: number },
  signal?: AbortSignal,
): Promise<NearbyAnswer> {
  const query = new URLSearchParams({
    lat: at.lat.toFixed(6),
    lon: at.lon.toFixed(6),
    radius: String(page.radius),
    limit: String(page.limit ?? 20),
    access: open,
  });
  if (page.expand) query.set("expand", "true");
  if (filters.category) query.set("category", filters.category);
  if (filters.openNow) {
    query.set("open_at", "now");
    if (!filters.includeUnknown) query.set("include_unknown", "false");
  }
  if (filters.stepFree) query.set("wheelchair", "yes,designated");
  if (page.cursor) query.set("cursor", page.cursor);
  return get(`/v1/facilities/nearby?${query}`, signal);
}

export function facility(id: string, signal?: AbortSignal): Promise<Facility> {
  return get(`/v1/facilities/${encodeURIComponent(id)}`, signal);
}

/** What an agency calls a dataset, by language; the map is empty where it has no title. */
export async function datasetTitle(id: string): Promise<Record<string, string>> {
  return (await get<{ title?: Record<string, string> }>(`/v1/datasets/${encodeURIComponent(id)}`)).title ?? {};
}

/** Links that open the way there in a map app; without a position they start at the reader's own. */
export function navigation(id: string, from: LatLon | null, mode: Mode, signal?: AbortSignal): Promise<NavigationAnswer> {
  const query = new URLSearchParams({ mode });
  if (from) {
    query.set("from_lat", from.lat.toFixed(6));
    query.set("from_lon", from.lon.toFixed(6));
  }
  return get(`/v1/facilities/${encodeURIComponent(id)}/navigation?${query}`, signal);
}

export function search(text: string, signal?: AbortSignal): Promise<SearchAnswer> {
  return get(`/v1/search?${new URLSearchParams({ q: text })}`, signal);
}

export function settings(): Promise<Settings> {
  return get("/v1/settings");
}
