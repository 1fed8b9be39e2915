// The look of the map: a calm ground of our own, or the operator's base map, with the facilities over it.

import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import type { FeatureCollection } from "geojson";
import type { BaseMap } from "../api/types";

export interface Palette {
  ground: string;
  grid: string;
  paper: string;
  ink: string;
  ink2: string;
  accent: string;
  ring: string;
  onAccent: string;
  muted: string;
  closed: string;
  mark: string;
}

/** Read from the tokens, so that map and page never disagree. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ground: read("--glaze"),
    grid: read("--line"),
    paper: read("--paper"),
    ink: read("--ink"),
    ink2: read("--ink-2"),
    accent: read("--fill"),
    ring: read("--accent"),
    onAccent: read("--on-fill"),
    muted: read("--unknown"),
    closed: read("--closed"),
    mark: read("--mark"),
  };
}

const nothing: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Sources that the page fills itself. */
export const ownSources = ["graticule", "rings", "results", "selected", "start"] as const;
export type OwnSource = (typeof ownSources)[number];

/** Without a glyph server MapLibre draws letters with the fonts of the device, in this order. */
const localFonts = ["PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "sans-serif"];

/** Layers that answer a tap, the uppermost first. */
export const tappable = ["result-pill", "result-dot", "facility-dot", "cluster"];

export async function buildStyle(base: BaseMap | null, tiles: string, colours: Palette): Promise<StyleSpecification> {
  const ground = await groundOf(base, colours);
  const sources: Record<string, SourceSpecification> = {
    ...ground.sources,
    facilities: { type: "vector", tiles: [tiles], minzoom: 0, maxzoom: 16 },
  };
  for (const name of ownSources) sources[name] = { type: "geojson", data: nothing, tolerance: 0.1 };
  return { ...ground, sources, layers: [...ground.layers, ...facilityLayers(colours, fontsFor(ground), base === null)] };
}

export async function groundOf(base: BaseMap | null, colours: Palette): Promise<StyleSpecification> {
  const background: LayerSpecification = { id: "ground", type: "background", paint: { "background-color": colours.ground } };
  const empty: StyleSpecification = { version: 8, sources: {}, layers: [background] };
  if (base?.style_url) {
    try {
      const answer = await fetch(base.style_url);
      if (answer.ok) return (await answer.json()) as StyleSpecification;
    } catch {
      // The operator's server does not answer: the facilities are worth showing without it.
    }
    return empty;
  }
  if (!base?.tiles?.length) return empty;
  return {
    version: 8,
    sources: { base: { type: "raster", tiles: base.tiles, tileSize: base.tile_size ?? 256, maxzoom: base.max_zoom ?? 18 } },
    layers: [background, { id: "base", type: "raster", source: "base" }],
  };
}

/** The fonts that the base map's own glyph server is known to have; without one, those of the device. */
export function fontsFor(style: StyleSpecification): string[] {
  if (!style.glyphs) return localFonts;
  for (const layer of style.layers) {
    const fonts = layer.type === "symbol" ? layer.layout?.["text-font"] : undefined;
    if (Array.isArray(fonts) && fonts.every((f) => typeof f === "string")) return fonts as string[];
  }
  return localFonts;
}

/** As in the list: nobody is sent to a door that stays shut. */
const forCitizens: FilterSpecification = ["!", ["in", ["coalesce", ["get", "access"], ""], ["literal", ["private", "no"]]]];

function facilityLayers(c: Palette, fonts: string[], own: boolean): LayerSpecification[] {
  const halo = { "text-halo-color": own ? c.ground : c.paper, "text-halo-width": 1.6 };
  const count: ExpressionSpecification = ["coalesce", ["get", "count"], ["get", "point_count"], 1];
  return [
    { id: "graticule", type: "line", source: "graticule", paint: { "line-color": c.grid, "line-width": 1 } },
    {
      id: "ring", type: "line", source: "rings", filter: ["==", ["geometry-type"], "LineString"],
      paint: {
        "line-color": c.ring,
        "line-opacity": ["case", ["get", "edge"], 0.55, 0.3],
        "line-width": ["case", ["get", "edge"], 1.6, 1.2],
      },
    },
    {
      id: "cluster", type: "circle", source: "facilities", "source-layer": "clusters",
      paint: {
        "circle-color": c.accent, "circle-opacity": 0.2,
        "circle-radius": ["interpolate", ["linear"], ["log10", ["max", count, 1]], 0, 7, 2, 15, 4, 28, 6, 44],
      },
    },
    {
      id: "cluster-count", type: "symbol", source: "facilities", "source-layer": "clusters",
      layout: { "text-field": ["to-string", count], "text-font": fonts, "text-size": 12 },
      paint: { "text-color": c.ink, ...halo },
    },
    {
      id: "facility-dot", type: "circle", source: "facilities", "source-layer": "facilities", filter: forCitizens,
      paint: {
        "circle-color": c.muted, "circle-stroke-color": own ? c.ground : c.paper,
        "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 12, 0.5, 15, 1.5],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 2, 14, 3.5, 17, 6],
      },
    },
    {
      id: "result-area", type: "fill", source: "results", filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": c.accent, "fill-opacity": 0.14 },
    },
    {
      id: "result-line", type: "line", source: "results", filter: ["!=", ["geometry-type"], "Point"],
      paint: { "line-color": c.accent, "line-width": 2 },
    },
    {
      id: "ring-label", type: "symbol", source: "rings", filter: ["has", "label"],
      layout: { "text-field": ["get", "label"], "text-font": fonts, "text-size": 12, "text-padding": 8 },
      paint: { "text-color": c.ink2, ...halo, "text-halo-width": 3 },
    },
    {
      id: "facility-name", type: "symbol", source: "facilities", "source-layer": "facilities", filter: forCitizens, minzoom: 14.5,
      layout: {
        "text-field": ["get", "name"], "text-font": fonts, "text-size": 12, "text-anchor": "top",
        "text-offset": [0, 0.7], "text-max-width": 8, "text-optional": true,
      },
      paint: { "text-color": c.ink2, ...halo },
    },
    {
      // In the reader's language, which the tiles do not know: it takes the room of their label.
      id: "result-name", type: "symbol", source: "results", minzoom: 13.5,
      filter: ["all", ["==", ["geometry-type"], "Point"], ["!", ["get", "chosen"]]],
      layout: {
        "text-field": ["get", "name"], "text-font": fonts, "text-size": 12, "text-anchor": "top",
        "text-offset": [0, 0.7], "text-max-width": 8, "text-optional": true, "symbol-sort-key": ["get", "rank"],
      },
      paint: { "text-color": c.ink, ...halo },
    },
    {
      id: "result-dot", type: "circle", source: "results", filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": ["case", ["get", "closed"], c.muted, c.accent],
        "circle-stroke-color": c.paper, "circle-stroke-width": 2,
        "circle-radius": ["case", ["get", "lit"], 9, 6],
      },
    },
    {
      id: "result-pill", type: "symbol", source: "results", filter: ["all", ["==", ["geometry-type"], "Point"], ["!", ["get", "chosen"]]],
      layout: {
        "text-field": ["get", "label"], "text-font": fonts, "text-size": 13.5, "text-anchor": "bottom", "text-offset": [0, -1],
        "icon-image": ["case", ["get", "closed"], "pill-muted", "pill"], "icon-text-fit": "both",
        "icon-text-fit-padding": [3, 7, 3, 7], "symbol-sort-key": ["get", "rank"],
        // The nearest are there for sure; the others where there is room.
        "text-padding": 3, "icon-padding": 3,
      },
      paint: { "text-color": ["case", ["get", "closed"], c.paper, c.onAccent] },
    },
    {
      id: "start-halo", type: "circle", source: "start",
      paint: { "circle-color": c.accent, "circle-opacity": 0.18, "circle-radius": 20 },
    },
    {
      id: "start", type: "circle", source: "start",
      paint: { "circle-color": c.mark, "circle-radius": 7.5, "circle-stroke-color": c.accent, "circle-stroke-width": 4 },
    },
    {
      id: "selected", type: "symbol", source: "selected",
      layout: {
        "icon-image": "pin", "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-ignore-placement": true,
        "text-field": ["get", "name"], "text-font": fonts, "text-size": 14, "text-anchor": "top",
        "text-offset": [0, 0.4], "text-max-width": 9, "text-optional": true,
      },
      paint: { "text-color": c.ink, ...halo, "text-halo-width": 2.2 },
    },
  ];
}
