// Every word the page says, in both languages. The type makes a missing one a compile error.

export type Language = "zh-Hans" | "en";

/** A number with its unit, so that the two can be set in different sizes. */
export interface Quantity {
  value: string;
  unit: string;
}

export interface Messages {
  pageTitle: string;
  tagline: string;
  otherLanguage: string;
  switchLanguage: string;
  skipToList: string;

  searchLabel: string;
  searchPlaceholder: string;
  searchClear: string;
  searchNothing: (text: string) => string;
  searchFailed: string;
  searchCount: (n: number) => string;
  division: string;

  categoriesLabel: string;
  allCategories: string;
  category: Record<string, string>;
  /** One of a category, for a place without a name; the category's word where it is missing. */
  one: Record<string, string>;
  filtersLabel: string;
  openNow: string;
  stepFree: string;
  hideUnknown: string;

  myPosition: string;
  askingPosition: string;
  startTitle: string;
  startText: string;
  startOther: string;
  deniedTitle: string;
  deniedText: string;
  noPositionTitle: string;
  noPositionText: string;
  tryAgain: string;
  roughPosition: (distance: string) => string;
  aroundDevice: string;
  aroundMap: string;
  aroundPlace: (name: string) => string;
  privacy: string;

  searching: string;
  slow: string;
  listLabel: string;
  nearest: (category: string) => string;
  found: (n: number, more: boolean, radius: string) => string;
  expanded: (from: string, nearest: string) => string;
  announce: (n: number, more: boolean, name: string, distance: string) => string;
  nothingTitle: (category: string) => string;
  nothingWithin: (radius: string) => string;
  clearFilters: string;
  outsideTitle: string;
  outsideText: (radius: string) => string;
  goToDefault: string;
  more: string;
  loadingMore: string;
  endOfList: (radius: string) => string;
  lookFarther: (radius: string) => string;
  offlineTitle: string;
  offlineText: string;
  offlineBanner: string;
  timeoutTitle: string;
  timeoutText: string;
  busyTitle: string;
  busyText: string;
  errorTitle: string;
  errorText: string;

  minutes: (n: number) => Quantity;
  metres: (n: number) => Quantity;
  kilometres: (n: string) => Quantity;
  walkAbout: (n: number) => string;
  direction: readonly string[];

  open: string;
  openAllDay: string;
  closed: string;
  hoursUnknown: string;
  closes: (at: string) => string;
  opens: (at: string) => string;
  tomorrow: (time: string) => string;
  weekdayTime: (weekday: number, time: string) => string;

  back: string;
  loadingPlace: string;
  placeGoneTitle: string;
  placeGoneText: string;
  backToList: string;
  howToGo: string;
  walk: string;
  bicycle: string;
  drive: string;
  taxi: string;
  opensIn: (app: string) => string;
  notOffered: (mode: string, app: string) => string;
  mapApp: string;
  provider: Record<string, string>;
  appDidNotOpen: string;
  useWeb: string;
  navigationFailed: string;
  routed: (distance: string, minutes: number | null) => string;
  straight: (distance: string) => string;
  openingHours: string;
  address: string;
  phone: string;
  features: string;
  call: (number: string) => string;
  verified: (date: string) => string;
  notVerified: string;
  dataset: (name: string) => string;
  share: string;
  linkCopied: string;
  copyThis: string;
  shareText: (name: string) => string;

  attribute: Record<string, string>;
  attributeValue: Record<string, string>;
  /** Whole sentences for the pairs people look for, keyed "wheelchair=yes". */
  fact: Record<string, string>;

  mapLabel: string;
  mapKeys: string;
  mapUnavailable: string;
  zoomIn: string;
  zoomOut: string;
  showMap: string;
  showList: string;
  showFullList: string;
  mapHint: string;

  weekdays: readonly string[];
  months: readonly string[];
  hours: {
    always: string;
    publicHoliday: string;
    schoolHoliday: string;
    off: string;
    sunrise: string;
    sunset: string;
    dawn: string;
    dusk: string;
    everyDay: string;
    openEnd: string;
    list: string;
    otherwise: string;
  };
}
