// The attributes of a place (OSM keys and values) as words, the ones people look for first.

import type { FacilityProperties } from "../api/types";
import type { Language, Messages } from "../i18n/messages";

export interface Fact {
  key: string;
  icon: string;
  text: string;
  /** no = something is missing or in the way; it is set apart so that it is not overlooked. */
  good: boolean;
}

export interface Detail {
  key: string;
  label: string;
  value: string;
}

const icons: Record<string, string> = {
  wheelchair: "wheelchair",
  fee: "fee",
  changing_table: "baby",
  unisex: "people",
  male: "people",
  female: "people",
  access: "key",
  indoor: "indoor",
  supervised: "person",
  self_service: "check",
  "toilets:paper_supplied": "check",
  "toilets:handwashing": "drop",
  "toilets:wheelchair": "wheelchair",
  toilets: "people",
  parcel_mail_in: "parcel",
  dispensing: "cross",
  "payment:alipay": "check",
};

/** In the order in which they matter to somebody on the way. */
const order = Object.keys(icons);

/** Not for readers: other languages' names, provenance, machine notes. */
const hidden = /^(name|alt_name|short_name|old_name|source|note|fixme|created_by|ref|addr|check_date|synthetic|survey|building|amenity|shop|toilets$|contact|phone|opening_hours|geometry)/;

const bad = new Set(["wheelchair=no", "changing_table=no", "access=private", "access=no", "parcel_mail_in=no"]);

/** Facts with an icon and whole words, for example "Step-free". */
export function facts(place: FacilityProperties, t: Messages): Fact[] {
  const found: Fact[] = [];
  for (const key of order) {
    const value = place.attributes?.[key];
    if (value === undefined) continue;
    const pair = `${key}=${value}`;
    let text = t.fact[pair];
    if (!text) continue;
    const price = place.attributes?.charge;
    if (pair === "fee=yes" && price) text = `${text} ${price}`;
    found.push({ key, icon: icons[key] ?? "check", text, good: !bad.has(pair) });
  }
  return found;
}

const openToAll = new Set(["yes", "permissive", "public"]);

/** What belongs on a line of the list: step-free, fee, and who is let in where that is not everybody. */
export function rowFacts(place: FacilityProperties, t: Messages): Fact[] {
  const restricted = !openToAll.has(place.attributes?.access ?? "yes");
  return facts(place, t).filter((f) => f.key === "wheelchair" || f.key === "fee" || (f.key === "access" && restricted));
}

/** Everything else that can be said with a label, known keys first. */
export function details(place: FacilityProperties, t: Messages): Detail[] {
  const attributes = place.attributes ?? {};
  const rest: Detail[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (hidden.test(key) || t.fact[`${key}=${value}`] || (key === "charge" && attributes.fee === "yes")) continue;
    const label = t.attribute[key];
    if (!label) continue;
    rest.push({ key, label, value: t.attributeValue[value] ?? value });
  }
  return rest.sort((a, b) => a.label.localeCompare(b.label));
}

export function categoryName(category: string, t: Messages): string {
  if (!category) return t.category.place ?? "";
  return t.category[category] ?? sentence(category);
}

function sentence(identifier: string): string {
  const words = identifier.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name in the reader's language where the source has one, else its own name, else what kind of place it is. */
export function placeName(place: FacilityProperties, language: Language, t: Messages): string {
  const a = place.attributes ?? {};
  const own = language === "en" ? a["name:en"] : (a["name:zh-Hans"] ?? a["name:zh"]);
  return own || place.name || t.one[place.category] || categoryName(place.category, t);
}

/** Digits to dial: the first number of a list, without spaces and brackets. */
export function telephone(phone: string): string {
  const first = phone.split(/[;,、/]/)[0] ?? "";
  return first.replace(/[^\d+]/g, "");
}
