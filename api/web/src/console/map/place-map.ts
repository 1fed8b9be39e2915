// A plain map for the console: points that were brought or cells that were measured, over the operator's base map or
// none. It is loaded when it is needed, as MapLibre is large.

import { type ExpressionSpecification, type GeoJSONSource, LngLatBounds, Map as MapLibre, setWorkerUrl, type VectorTileSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Feature, Geometry } from "geojson";
import type { BaseMap } from "../../api/types";
import type { LonLat } from "../../map/geometry";
import { fromGcj02, toGcj02 } from "../../map/shift";
import { groundOf, paletteOf } from "../../map/style";
import "../../map/map.css";

const nothing = { type: "FeatureCollection" as const, features: [] };

export class PlaceMap {
  private readonly map: MapLibre;
  private readonly shifted: boolean;
  private features: Feature[] = [];
  private lit = 0;
  private category = "";
  private styled = false;
  private framed = false;

  /** Throws where WebGL is missing. */
  constructor(container: HTMLElement, base: BaseMap | null, label: string, tapped: (properties: Record<string, unknown>) => void, at: LonLat = [115.8582, 28.6829], zoom = 9) {
    setWorkerUrl(workerUrl);
    this.shifted = base?.crs === "gcj02";
    this.map = new MapLibre({
      container, style: { version: 8, sources: {}, layers: [] }, center: this.shifted ? toGcj02(at) : at, zoom, maxZoom: 19,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0, fadeDuration: 0,
    });
    this.map.keyboard.disableRotation();
    this.map.touchZoomRotate.disableRotation();
    this.map.getCanvas().setAttribute("aria-label", label);
    this.map.on("click", "place", (e) => {
      const hit = e.features?.[0];
      if (hit) tapped(hit.properties);
    });
    this.map.on("mouseenter", "place", () => (this.map.getCanvas().style.cursor = "pointer"));
    this.map.on("mouseleave", "place", () => (this.map.getCanvas().style.cursor = ""));
    void this.style(container, base);
  }

  destroy(): void {
    this.map.remove();
  }

  /** Shows places or cells and, the first time or when asked to, brings them into view. */
  show(features: Feature[], bounds: [number, number, number, number] | null, again = false): void {
    this.features = this.shifted ? features.map((f) => ({ ...f, geometry: shift(f.geometry) })) : features;
    this.fill();
    if ((this.framed && !again) || !bounds) return;
    this.framed = true;
    this.map.fitBounds(new LngLatBounds([bounds[0], bounds[1]], [bounds[2], bounds[3]]), { padding: 32, maxZoom: 15, duration: 0 });
  }

  /** Which of the published facilities lie below: one category, or all with an empty one. */
  setCategory(category: string): void {
    if (category === this.category) return;
    this.category = category;
    this.map.getSource<VectorTileSource>("published")?.setTiles([this.tiles()]);
  }

  private tiles(): string {
    return `${location.origin}/v1/tiles/${this.category || "all"}/{z}/{x}/{y}.mvt${this.shifted ? "?crs=gcj02" : ""}`;
  }

  /** Brings the place of a row to the middle and marks it. */
  light(row: number): void {
    this.lit = row;
    this.fill();
    const f = this.features.find((one) => one.properties?.row === row);
    if (f?.geometry.type === "Point") this.map.easeTo({ center: f.geometry.coordinates as LonLat, zoom: Math.max(this.map.getZoom(), 13) });
  }

  /** What is in view, WGS-84: west, south, east, north. */
  view(): [number, number, number, number] {
    const b = this.map.getBounds();
    const [west, south] = this.shifted ? fromGcj02([b.getWest(), b.getSouth()]) : [b.getWest(), b.getSouth()];
    const [east, north] = this.shifted ? fromGcj02([b.getEast(), b.getNorth()]) : [b.getEast(), b.getNorth()];
    return [west, south, east, north];
  }

  private async style(container: HTMLElement, base: BaseMap | null): Promise<void> {
    const c = paletteOf(container);
    const ground = await groundOf(base, c);
    const found: ExpressionSpecification = ["has", "issues"];
    this.map.setStyle({
      ...ground,
      sources: {
        ...ground.sources,
        shown: { type: "geojson", data: nothing },
        published: { type: "vector", tiles: [this.tiles()], maxzoom: 16 },
      },
      layers: [
        ...ground.layers,
        { id: "crowd", type: "circle", source: "published", "source-layer": "clusters", paint: { "circle-color": c.muted, "circle-opacity": 0.35, "circle-radius": 5 } },
        { id: "published", type: "circle", source: "published", "source-layer": "facilities", paint: { "circle-color": c.muted, "circle-opacity": 0.35, "circle-radius": 3 } },
        {
          id: "cell", type: "fill", source: "shown", filter: ["==", ["geometry-type"], "Polygon"],
          paint: { "fill-color": ["case", ["==", ["get", "served"], false], c.mark, c.accent], "fill-opacity": ["case", ["==", ["get", "served"], false], 0.75, 0.14] },
        },
        {
          id: "place", type: "circle", source: "shown", filter: ["==", ["geometry-type"], "Point"], layout: { "circle-sort-key": ["case", found, 1, 0] },
          paint: {
            "circle-color": ["case", ["get", "lit"], c.mark, found, c.closed, c.accent],
            "circle-stroke-color": c.paper, "circle-stroke-width": 1.2, "circle-radius": ["case", ["get", "lit"], 9, found, 5.5, 4],
          },
        },
      ],
    }, { diff: false });
    this.map.once("style.load", () => {
      this.styled = true;
      this.fill();
    });
  }

  private fill(): void {
    if (!this.styled) return;
    const features = this.features.map((f) => ({ ...f, properties: { ...f.properties, lit: f.properties?.row === this.lit && this.lit > 0 } }));
    this.map.getSource<GeoJSONSource>("shown")?.setData({ type: "FeatureCollection", features });
  }
}

function shift(geometry: Geometry): Geometry {
  if (geometry.type === "GeometryCollection") return geometry;
  const each = (c: unknown): unknown => (Array.isArray(c) ? (typeof c[0] === "number" ? toGcj02([c[0], c[1] as number]) : c.map(each)) : c);
  return { ...geometry, coordinates: each(geometry.coordinates) } as Geometry;
}
