// What the publishing API answers, as far as the console reads it. The API document at /docs has all of it.

import type { Feature } from "geojson";

/** By language tag: "zh-Hans", "en". */
export type Words = Record<string, string>;

export interface Session {
  org: string;
  role: string;
  key_id: string;
}

export interface Dataset {
  id: string;
  org: string | null;
  status: "draft" | "published";
  title: Words;
  description?: Words;
  licence?: string;
  contact?: { name?: string; email?: string; url?: string };
  area?: [number, number, number, number];
  category?: string;
  crs?: string;
  require_approval: boolean;
  version: number;
  facilities: number;
  updated_at: string;
}

export interface Summary {
  read: number;
  accepted: number;
  rejected: number;
  dropped: number;
  warnings: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  format?: string;
  encoding?: string;
  crs?: string;
}

export type UploadState = "received" | "profiling" | "ready" | "refused" | "awaiting_approval" | "published" | "superseded";

export interface Finding {
  code: string;
  severity: "error" | "warning" | "notice";
  count: number;
  rows: number[];
  column: string;
  message: string;
  message_zh?: string;
  title: Words;
  advice: Words;
  repair: string;
}

export interface Repair {
  row: number;
  column: string;
  code: string;
  before: string;
  after: string;
  message: string;
  message_zh?: string;
}

export interface RepairSum {
  code: string;
  count: number;
  safe: boolean;
  applied: boolean;
  title: Words;
  sample: Repair[];
}

export interface ColumnGuess {
  name: string;
  field: string;
  confidence: number;
  samples: string[] | null;
  filled: number;
}

export interface Report {
  bounds: [number, number, number, number] | null;
  columns: ColumnGuess[] | null;
  codes: Finding[];
  repairs: RepairSum[];
  categories: Record<string, number>;
}

export interface Upload {
  id: string;
  dataset: string;
  state: UploadState;
  reason?: string;
  reason_zh?: string;
  name?: string;
  size: number;
  sha256: string;
  by: string;
  source?: string;
  crs: string;
  mapping: Record<string, string>;
  repairs: string[];
  base_version: number;
  summary?: Summary;
  requested_by?: string;
  note?: string;
  decision?: string;
  version?: number;
  created_at: string;
  progress?: { phase: string; rows: number; done: number };
  report?: Report;
}

export interface Issue {
  row: number;
  column: string;
  code: string;
  message: string;
  message_zh?: string;
  rejected?: boolean;
}

export interface Preview {
  features: Feature[];
  matched?: number;
}

export interface Change {
  op: "added" | "changed" | "removed";
  id?: string;
  row?: number;
  fields?: string[];
  before?: Feature;
  after?: Feature;
}

export interface Version {
  version: number;
  at: string;
  kind: string;
  by?: string;
  note?: string;
  source?: string;
  of?: number;
  facilities: number;
  added: number;
  changed: number;
  removed: number;
}

export interface Problem {
  status: number;
  detail?: string;
  code?: string;
  errors?: { location: string; code: string; message: string }[];
  request_id?: string;
}
