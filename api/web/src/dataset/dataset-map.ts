// The map itself: the tiles of one dataset over the operator's base map or none. It knows MapLibre, and nothing of the page.

import { type ExpressionSpecification, type GeoJSONSource, type MapGeoJSONFeature, LngLatBounds, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { BaseMap } from "../api/types";
import { type LonLat, lonLatOf } from "../map/geometry";
import { toGcj02 } from "../map/shift";
import { fontsFor, groundOf, paletteOf } from "../map/style";
import type { Words } from "./words";
import "../map/map.css";

export interface Place {
  id: string;
  name: string;
}

export interface DatasetMapOptions {
  container: HTMLElement;
  dataset: string;
  /** west, south, east, north in degrees, WGS-84 */
  bounds: [number, number, number, number];
  base: BaseMap | null;
  words: Words;
  /** A place that was pointed at. */
  chosen: (place: Place) => void;
  /** What is in view: places, the nearest to the middle first, and how many more stand in groups. */
  viewed: (places: Place[], more: number) => void;
}

/** How far from a place, in pixels, a finger still means it. */
const reach = 8;

export class DatasetMap {
  private readonly map: MapLibre;
  private readonly shifted: boolean;

  /** Throws where WebGL is missing. */
  constructor(private readonly options: DatasetMapOptions) {
    setWorkerUrl(workerUrl);
    this.shifted = options.base?.crs === "gcj02";
    const [west, south, east, north] = options.bounds;
    this.map = new MapLibre({
      container: options.container, style: { version: 8, sources: {}, layers: [] },
      bounds: new LngLatBounds(this.toMap([west, south]), this.toMap([east, north])), fitBoundsOptions: { padding: 32, maxZoom: 15 },
      maxZoom: 19, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0, fadeDuration: 0,
      cooperativeGestures: true, // the page scrolls past it
      locale: {
        "CooperativeGesturesHandler.WindowsHelpText": options.words.withKey("Ctrl"),
        "CooperativeGesturesHandler.MacHelpText": options.words.withKey("⌘"),
        "CooperativeGesturesHandler.MobileHelpText": options.words.twoFingers,
      },
    });
    this.map.keyboard.disableRotation();
    this.map.touchZoomRotate.disableRotation();
    const canvas = this.map.getCanvas();
    canvas.setAttribute("aria-label", options.words.map);
    canvas.addEventListener("keydown", (e) => {
      const nearest = e.key === "Enter" ? this.places()[0] : undefined;
      if (nearest) this.choose(nearest);
    });
    this.map.on("click", (e) => this.pointed(e.point.x, e.point.y));
    this.map.on("mousemove", (e) => {
      canvas.style.cursor = this.at(e.point.x, e.point.y).length > 0 ? "pointer" : "";
    });
    this.map.on("idle", () => this.tell());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void this.style());
    void this.style();
  }

  zoom(by: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + by });
  }

  private toMap(at: LonLat): LonLat {
    return this.shifted ? toGcj02(at) : at;
  }

  private at(x: number, y: number): MapGeoJSONFeature[] {
    if (!this.map.getLayer("place")) return [];
    return this.map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ["place", "crowd"] });
  }

  private pointed(x: number, y: number): void {
    const hits = this.at(x, y);
    const place = hits.find((f) => f.layer.id === "place");
    if (place) this.choose(place);
    else if (hits[0]) this.map.easeTo({ center: lonLatOf(hits[0].geometry), zoom: this.map.getZoom() + 2 });
  }

  private choose(feature: MapGeoJSONFeature): void {
    this.map.getSource<GeoJSONSource>("chosen")?.setData({ type: "Feature", geometry: feature.geometry, properties: {} });
    this.options.chosen(placeOf(feature));
  }

  /** The places that are drawn, each once, the nearest to the middle first. */
  private places(): MapGeoJSONFeature[] {
    const once = new Map<unknown, MapGeoJSONFeature>();
    for (const f of this.map.queryRenderedFeatures({ layers: ["place"] })) once.set(f.properties.id, f);
    const middle = this.map.project(this.map.getCenter());
    const away = (f: MapGeoJSONFeature) => this.map.project(lonLatOf(f.geometry)).dist(middle);
    return [...once.values()].sort((a, b) => away(a) - away(b));
  }

  private tell(): void {
    if (!this.map.getLayer("place")) return;
    const crowds = new Map<string, number>(); // a crowd at the edge of two tiles is in both
    for (const f of this.map.queryRenderedFeatures({ layers: ["crowd"] })) crowds.set(String(lonLatOf(f.geometry).map((n) => n.toFixed(4))), Number(f.properties.count));
    this.options.viewed(this.places().map(placeOf), [...crowds.values()].reduce((sum, n) => sum + n, 0));
  }

  private async style(): Promise<void> {
    const c = paletteOf(this.options.container);
    const ground = await groundOf(this.options.base, c);
    const tiles = `${location.origin}/v1/tiles/all/{z}/{x}/{y}.mvt?dataset=${this.options.dataset}${this.shifted ? "&crs=gcj02" : ""}`;
    const count: ExpressionSpecification = ["coalesce", ["get", "count"], 1];
    const halo = { "text-color": c.ink, "text-halo-color": c.ground, "text-halo-width": 1.6 };
    const fonts = fontsFor(ground);
    this.map.setStyle({
      ...ground,
      sources: {
        ...ground.sources,
        dataset: { type: "vector", tiles: [tiles], maxzoom: 16 },
        chosen: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
      },
      layers: [
        ...ground.layers,
        {
          id: "crowd", type: "circle", source: "dataset", "source-layer": "clusters",
          paint: { "circle-color": c.accent, "circle-opacity": 0.25, "circle-radius": ["interpolate", ["linear"], ["log10", ["max", count, 1]], 0, 6, 2, 14, 4, 26] },
        },
        {
          id: "crowd-count", type: "symbol", source: "dataset", "source-layer": "clusters",
          layout: { "text-field": ["to-string", count], "text-font": fonts, "text-size": 12 }, paint: halo,
        },
        {
          id: "place", type: "circle", source: "dataset", "source-layer": "facilities",
          paint: { "circle-color": c.accent, "circle-stroke-color": c.ground, "circle-stroke-width": 1, "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 3, 15, 6] },
        },
        {
          id: "place-name", type: "symbol", source: "dataset", "source-layer": "facilities", minzoom: 13,
          layout: { "text-field": ["get", "name"], "text-font": fonts, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.7], "text-max-width": 8, "text-optional": true },
          paint: halo,
        },
        {
          id: "chosen", type: "circle", source: "chosen",
          paint: { "circle-color": c.mark, "circle-stroke-color": c.accent, "circle-stroke-width": 3, "circle-radius": 8 },
        },
      ],
    }, { diff: false });
  }
}

function placeOf(feature: MapGeoJSONFeature): Place {
  return { id: String(feature.properties.id), name: String(feature.properties.name ?? "") };
}
