// Positions for a base map in GCJ-02, which public maps of the mainland must use. The API speaks WGS-84 to
// the page throughout; only what is drawn over such a base map, and what is tapped on it, is shifted.
// Polynomial as generally published for GCJ-02, on the Krasovsky 1940 ellipsoid.

import { inMainland } from "../navigation/links";
import type { LonLat } from "./geometry";

const a = 6_378_245;
const ee = 0.006693421622965943;

export function toGcj02([lon, lat]: LonLat): LonLat {
  if (!inMainland({ lat, lon })) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const wave = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3);
  const root = Math.sqrt(Math.abs(x));
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave +
    (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3) +
    (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y / 30) * Math.PI)) * (2 / 3);
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave +
    (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3) +
    (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3);
  const phi = (lat * Math.PI) / 180;
  const magic = 1 - ee * Math.sin(phi) ** 2;
  const dLat = (north * 180) / (((a * (1 - ee)) / (magic * Math.sqrt(magic))) * Math.PI);
  const dLon = (east * 180) / ((a / Math.sqrt(magic)) * Math.cos(phi) * Math.PI);
  return [lon + dLon, lat + dLat];
}

/** The inverse by fixed-point iteration: three rounds are well below a millimetre. */
export function fromGcj02(point: LonLat): LonLat {
  let guess = point;
  for (let i = 0; i < 4; i++) {
    const [lon, lat] = toGcj02(guess);
    guess = [guess[0] + point[0] - lon, guess[1] + point[1] - lat];
  }
  return guess;
}
