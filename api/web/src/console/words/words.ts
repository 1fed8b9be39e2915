// Every word the console says, in both languages. The type makes a missing one a compile error; the titles and advice of
// findings come from the server.

import type { UploadState } from "../types";

export interface Words {
  title: string;
  otherLanguage: string;
  switchLanguage: string;
  unreachable: string;
  tryAgain: string;
  close: string;
  more: string;
  loading: string;
  cancel: string;

  keyLabel: string;
  keyHint: string;
  signIn: string;
  signOut: string;
  wrongKey: string;
  role: Record<string, string>;

  datasets: string;
  noDatasets: string;
  newDataset: string;
  idLabel: string;
  idHint: string;
  titleZh: string;
  titleEn: string;
  categoryLabel: string;
  categoryHint: string;
  areaLabel: string;
  areaHint: string;
  licenceLabel: string;
  licenceHint: string;
  contactLabel: string;
  mailLabel: string;
  approvalLabel: string;
  make: string;
  save: string;
  saved: string;
  areaWrong: string;
  draft: string;
  inForce: (version: string, facilities: string) => string;
  publicPage: string;
  settings: string;

  dropTitle: string;
  dropHint: string;
  choose: string;
  sending: (part: string) => string;
  uploads: string;
  noUploads: string;
  state: Record<UploadState, string>;

  steps: [string, string, string, string];
  checking: (rows: string) => string;
  waitingForGate: string;
  fileFacts: (format: string, encoding: string, crs: string) => string;
  accepted: string;
  rejected: string;
  dropped: string;
  warnings: string;
  findings: string;
  noFindings: string;
  severity: Record<"error" | "warning" | "notice", string>;
  rowsWith: (n: string) => string;
  row: (n: string) => string;
  rowTitle: string;
  wholeFile: string;
  column: string;
  showRows: string;
  hideRows: string;
  whatIsWrong: string;
  repairsTitle: string;
  repairsHint: string;
  before: string;
  after: string;
  safe: string;
  unsafe: string;
  accept: (n: string) => string;
  undoRepair: string;
  applied: string;
  columnsTitle: string;
  columnsHint: string;
  inFile: string;
  meaning: string;
  samples: string;
  filled: string;
  field: Record<string, string>;
  asAttribute: string;
  attribute: (name: string) => string;
  crsTitle: string;
  crsName: Record<string, string>;
  readAgain: string;
  mapTitle: string;
  mapShown: (shown: string, of: string) => string;
  mapFailed: string;
  allPlaces: string;

  changesTitle: string;
  changesAgainst: (version: string) => string;
  firstVersion: string;
  added: string;
  changed: string;
  removed: string;
  unchanged: string;
  showChanges: string;
  hideChanges: string;
  firstOf: (n: string) => string;
  nothingChanges: string;

  publishTitle: string;
  noteLabel: string;
  noteHint: string;
  publish: (n: string) => string;
  publishing: string;
  withErrors: (n: string) => string;
  manyRemoved: (n: string) => string;
  published: (version: string) => string;
  awaiting: string;
  approve: string;
  reject: string;
  decisionLabel: string;
  discard: string;
  discardSure: string;
  readerOnly: string;

  versions: string;
  kind: Record<string, string>;
  rollback: (version: string) => string;
  rollbackSure: (version: string) => string;
  compare: string;
  download: string;
  facilities: (n: string) => string;

  coverage: string;
  coverageHint: string;
  within: string;
  metres: (n: string) => string;
  ofMap: string;
  measure: string;
  served: (served: string, total: string, share: string) => string;
  lackingCells: (n: string) => string;
  exportCsv: string;
  exportGeoJSON: string;
}
