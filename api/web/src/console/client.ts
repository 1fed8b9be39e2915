// Calls to the publishing API with the session of this browser. What goes wrong comes as a Refusal; desk.trouble says it to
// the clerk.

import type { Change, Dataset, Issue, Preview, Problem, Repair, Session, Upload, Version } from "./types";

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? String(problem.status));
  }
  get status(): number {
    return this.problem.status;
  }
}

async function refusal(answer: Response): Promise<Refusal> {
  let problem: Problem = { status: answer.status };
  try {
    problem = { ...problem, ...((await answer.json()) as Problem) };
  } catch {
    // A proxy's error page; the status tells enough.
  }
  return new Refusal(problem);
}

async function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const request: RequestInit = { method, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { ...request.headers, "Content-Type": "application/json" };
  }
  const answer = await fetch(path, request);
  if (!answer.ok) throw await refusal(answer);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

const at = (dataset: string, rest = "") => `/v1/datasets/${encodeURIComponent(dataset)}${rest}`;
const ofUpload = (dataset: string, upload: string, rest = "") => at(dataset, `/uploads/${encodeURIComponent(upload)}${rest}`);

export const session = () => call<Session>("GET", "/v1/session");
export const signIn = (key: string) => call<void>("POST", "/v1/session", { key });
export const signOut = () => call<void>("DELETE", "/v1/session");

/** All datasets of an organisation, page by page. */
export async function datasets(org: string): Promise<Dataset[]> {
  const all: Dataset[] = [];
  for (let cursor = ""; ; ) {
    const page = await call<{ datasets: Dataset[]; next_cursor?: string }>("GET", `/v1/datasets?${new URLSearchParams({ org, ...(cursor && { cursor }) })}`);
    all.push(...page.datasets);
    if (!page.next_cursor) return all;
    cursor = page.next_cursor;
  }
}

/** A dataset with the tag that guards its next edit. */
export async function dataset(id: string): Promise<{ dataset: Dataset; etag: string }> {
  const answer = await fetch(at(id), { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw await refusal(answer);
  return { dataset: (await answer.json()) as Dataset, etag: answer.headers.get("ETag") ?? "" };
}

export const createDataset = (body: Partial<Dataset>) => call<Dataset>("POST", "/v1/datasets", body);
export const editDataset = (id: string, etag: string, body: object) => call<Dataset>("PATCH", at(id), body, { "If-Match": etag });

export const uploads = (id: string) => call<{ uploads: Upload[] }>("GET", at(id, "/uploads?limit=20")).then((p) => p.uploads);
export const upload = (id: string, u: string) => call<Upload>("GET", ofUpload(id, u));
export const reread = (id: string, u: string, body: object) => call<Upload>("PATCH", ofUpload(id, u), body);
export const drop = (id: string, u: string) => call<void>("DELETE", ofUpload(id, u));
export const issues = (id: string, u: string, code: string, cursor = "") =>
  call<{ issues: Issue[]; next_cursor?: string }>("GET", ofUpload(id, u, `/issues?${new URLSearchParams({ code, limit: "50", ...(cursor && { cursor }) })}`));
export const repairs = (id: string, u: string, code: string, cursor = "") =>
  call<{ repairs: Repair[]; next_cursor?: string }>("GET", ofUpload(id, u, `/repairs?${new URLSearchParams({ code, limit: "50", ...(cursor && { cursor }) })}`));
export const preview = (id: string, u: string, code = "") =>
  call<Preview>("GET", ofUpload(id, u, `/preview?${new URLSearchParams({ limit: "2000", ...(code && { code }) })}`));
export const decide = (id: string, u: string, decision: "approve" | "reject", note: string) =>
  call<Upload>("POST", ofUpload(id, u, "/approval"), { decision, ...(note && { note }) });

export const publish = (id: string, u: string, note: string, base: number) =>
  call<{ version?: number; state?: string }>("POST", at(id, "/versions"), { upload: u, base, ...(note && { note }) });
export const versions = (id: string) => call<{ versions: Version[] }>("GET", at(id, "/versions?limit=50")).then((p) => p.versions);
export const rollback = (id: string, to: number, note: string) => call<Version>("POST", at(id, "/rollback"), { to, ...(note && { note }) });
export const downloadAddress = (id: string, version: number, format: string) => at(id, `/versions/${version}/download?format=${format}`);

/** The first lines of a stream of changes, and whether there are more. */
async function changes(path: string, most: number): Promise<{ list: Change[]; more: boolean }> {
  const stop = new AbortController();
  const answer = await fetch(path, { credentials: "same-origin", signal: stop.signal });
  if (!answer.ok || !answer.body) throw await refusal(answer);
  const list: Change[] = [];
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) {
      if (!line) continue;
      if (list.length === most) {
        stop.abort();
        return { list, more: true };
      }
      list.push(JSON.parse(line) as Change);
    }
    if (done) return { list, more: false };
  }
}

export const uploadChanges = (id: string, u: string, most: number) => changes(ofUpload(id, u, "/diff"), most);
export const versionChanges = (id: string, from: number, to: number, most: number) => changes(at(id, `/diff?from=${from}&to=${to}`), most);

/** Sends a file; told is called with the part that is on its way, 0 to 1. */
export function send(id: string, file: File, told: (part: number) => void): Promise<Upload> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
    request.open("POST", at(id, `/uploads?${new URLSearchParams({ name: file.name })}`));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (e) => told(e.lengthComputable ? e.loaded / e.total : 0);
    request.onload = () => {
      if (request.status < 300) done(request.response as Upload);
      else failed(new Refusal({ ...((request.response as Problem | null) ?? {}), status: request.status }));
    };
    request.onerror = () => failed(new Refusal({ status: 0 }));
    request.send(file);
  });
}

export interface CoverageAnswer {
  features: GeoJSON.Feature[];
  total: number;
  served: number;
  lacking: number;
  res: number;
}

export const coverageAddress = (query: Record<string, string>) => `/v1/coverage?${new URLSearchParams(query)}`;
export const coverage = (query: Record<string, string>) => call<CoverageAnswer>("GET", coverageAddress({ ...query, format: "geojson" }));
