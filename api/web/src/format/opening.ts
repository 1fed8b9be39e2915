// The open state of a place in a few words, in the time of the place and not of the reader.

import type { FacilityProperties } from "../api/types";
import type { Messages } from "../i18n/messages";

/** soon = open, but closing within the hour. */
export type Tone = "open" | "soon" | "closed" | "unknown";

export interface OpeningText {
  tone: Tone;
  state: string;
  /** "closes 22:00"; empty when the next change is not known or far away. */
  change: string;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** The wall clock of an RFC 3339 text in its own offset, as milliseconds of a UTC calendar. */
function wallClock(rfc3339: string): { local: number; instant: number; offset: number } | null {
  const instant = Date.parse(rfc3339);
  if (Number.isNaN(instant)) return null;
  const zone = /([+-])(\d\d):?(\d\d)$/.exec(rfc3339);
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * minute : 0;
  return { local: instant + offset, instant, offset };
}

/** 22:00 today, "tomorrow 06:30", "Sat 09:00"; empty for more than six days ahead or the past. */
export function changeTime(rfc3339: string, now: number, t: Messages): string {
  const change = wallClock(rfc3339);
  if (!change || change.instant <= now) return "";
  const days = Math.floor(change.local / day) - Math.floor((now + change.offset) / day);
  const clock = new Date(change.local).toISOString().slice(11, 16);
  if (days === 0) return clock;
  // Midnight belongs to the evening before: "closes 24:00" is what the door says.
  if (days === 1 && clock === "00:00") return "24:00";
  if (days === 1) return t.tomorrow(clock);
  if (days > 6) return "";
  return t.weekdayTime((new Date(change.local).getUTCDay() + 6) % 7, clock);
}

export function opening(place: FacilityProperties, now: number, t: Messages): OpeningText {
  const at = place.next_change ? changeTime(place.next_change, now, t) : "";
  if (place.open === "open") {
    if (!at) return { tone: "open", state: place.opening_hours?.trim() === "24/7" ? t.openAllDay : t.open, change: "" };
    const left = Date.parse(place.next_change ?? "") - now;
    return { tone: left <= 60 * minute ? "soon" : "open", state: t.open, change: t.closes(at) };
  }
  if (place.open === "closed") return { tone: "closed", state: t.closed, change: at ? t.opens(at) : "" };
  return { tone: "unknown", state: t.hoursUnknown, change: "" };
}
