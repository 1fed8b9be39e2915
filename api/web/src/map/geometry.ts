// Shapes that the map draws itself: rings around the start, the graticule of the empty ground.

import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type LonLat = [number, number];

/** A point that stands for the geometry on a map: itself, or the middle of its box. */
export function lonLatOf(geometry: Geometry): LonLat {
  if (geometry.type === "Point") return [geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0];
  let west = Infinity;
  let south = Infinity;
  let east = -Infinity;
  let north = -Infinity;
  for (const [x = 0, y = 0] of positions(geometry)) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  return Number.isFinite(west) ? [(west + east) / 2, (south + north) / 2] : [0, 0];
}

export function* positions(geometry: Geometry): Generator<Position> {
  if (geometry.type === "GeometryCollection") {
    for (const part of geometry.geometries) yield* positions(part);
  } else {
    yield* flatten(geometry.coordinates);
  }
}

function* flatten(coordinates: unknown[]): Generator<Position> {
  if (typeof coordinates[0] === "number") yield coordinates as Position;
  else for (const part of coordinates) yield* flatten(part as unknown[]);
}

/** Metres of a degree of latitude; good enough for what is only drawn. */
const metresPerDegree = 111_195;

/** Radii, in metres, worth a ring; the searched radius itself is added. */
const ringRadii = [250, 500, 1000, 2000, 5000, 10_000, 20_000];

/** Rings around a point up to a radius, each with a label at its north-east and south-west. */
export function rings(center: LonLat, radius: number, label: (metres: number) => string): FeatureCollection {
  const radii = [...ringRadii.filter((r) => r < radius * 0.9 && r >= radius / 8), radius];
  const features: Feature[] = [];
  for (const r of radii) {
    const edge = r === radius;
    const dy = r / metresPerDegree;
    const dx = dy / Math.max(Math.cos((center[1] * Math.PI) / 180), 0.01);
    const line: Position[] = [];
    for (let i = 0; i <= 96; i++) {
      const turn = (i / 96) * 2 * Math.PI;
      line.push([center[0] + dx * Math.sin(turn), center[1] + dy * Math.cos(turn)]);
    }
    features.push({ type: "Feature", properties: { edge }, geometry: { type: "LineString", coordinates: line } });
    for (const side of [Math.SQRT1_2, -Math.SQRT1_2]) {
      const at: Position = [center[0] + dx * side, center[1] + dy * side];
      features.push({ type: "Feature", properties: { label: label(r) }, geometry: { type: "Point", coordinates: at } });
    }
  }
  return { type: "FeatureCollection", features };
}

/** Steps of the graticule in degrees: round numbers of minutes and seconds. */
const steps = [30, 10, 5, 2, 1, 1 / 2, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360, 1 / 720, 1 / 1800];

/** Meridians and parallels across a box, at least four in its width. */
export function graticule(west: number, south: number, east: number, north: number): FeatureCollection {
  const step = steps.find((s) => (east - west) / s >= 4) ?? 1 / 1800;
  const features: Feature[] = [];
  const line = (coordinates: Position[]) =>
    features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
  for (let i = Math.floor(west / step); i * step <= east; i++) line([[i * step, south], [i * step, north]]);
  for (let i = Math.floor(south / step); i * step <= north; i++) line([[west, i * step], [east, i * step]]);
  return { type: "FeatureCollection", features };
}

/** The longest round length that fits into so many pixels. */
export function scaleBar(lat: number, zoom: number, maxPixels: number): { metres: number; pixels: number } {
  const perPixel = (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
  const most = perPixel * maxPixels;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((n) => n * power <= most) ?? 1) * power;
  return { metres, pixels: metres / perPixel };
}
