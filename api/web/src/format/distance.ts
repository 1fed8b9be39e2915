// Distances and walking times as a person reads them.

import type { Messages, Quantity } from "../i18n/messages";

// Streets bend: a way on foot is about 1.3 times the straight line; 75 m a minute
// is a pace that an older person keeps.
const detour = 1.3;
const metresPerMinute = 75;

/** Beyond this many minutes nobody walks, and the distance says more. */
const longestWalk = 60;

/** Metres to the nearest 10 below a kilometre, then kilometres with one decimal below ten. */
export function distance(metres: number, t: Messages): Quantity {
  if (metres < 10) return t.metres(Math.round(metres));
  const tens = Math.round(metres / 10) * 10;
  if (tens < 1000) return t.metres(tens);
  const km = metres / 1000;
  return t.kilometres(km < 9.95 ? km.toFixed(1).replace(/\.0$/, "") : String(Math.round(km)));
}

export function distanceText(metres: number, t: Messages): string {
  const q = distance(metres, t);
  return `${q.value} ${q.unit}`;
}

/** A search radius is a round number: 1500 → "1.5 km". */
export function radiusText(metres: number, t: Messages): string {
  const q = metres < 1000 ? t.metres(Math.round(metres)) : t.kilometres(String(Math.round(metres / 100) / 10));
  return `${q.value} ${q.unit}`;
}

/** Minutes on foot estimated from the straight line, at least 1; null when it is too far to walk for most. */
export function walkMinutes(metres: number): number | null {
  const minutes = Math.max(1, Math.round((metres * detour) / metresPerMinute));
  return minutes > longestWalk ? null : minutes;
}

/** 0–7 clockwise from north. */
export function compassPoint(bearing: number): number {
  return ((Math.round(bearing / 45) % 8) + 8) % 8;
}
