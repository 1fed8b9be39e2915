// The map itself. It is loaded after the list, knows MapLibre and nothing of the page's state.

import { type GeoJSONSource, LngLatBounds, Map as MapLibre, type PaddingOptions, setWorkerUrl, type VectorTileSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { BaseMap } from "../api/types";
import { addDrawings } from "./drawings";
import { graticule, type LonLat, lonLatOf, rings, scaleBar } from "./geometry";
import { fromGcj02, toGcj02 } from "./shift";
import { buildStyle, type OwnSource, paletteOf, tappable } from "./style";
import "./map.css";

/** One facility of the list as the map shows it. */
export interface MapResult {
  id: string;
  geometry: Geometry;
  label: string;
  name: string;
  closed: boolean;
}

export interface MapEvents {
  /** A tap on a facility. */
  place: (id: string) => void;
  /** A tap (or, with sure, a long press) on the ground, WGS-84. */
  ground: (at: LonLat, sure: boolean) => void;
  /** Whether any tap is meant as a position, because none is known yet. */
  picking: () => boolean;
  scale: (bar: { metres: number; pixels: number }) => void;
}

export interface MapOptions {
  container: HTMLElement;
  center: LonLat;
  zoom: number;
  base: BaseMap | null;
  label: string;
  /** The category of the first tiles. */
  category: string;
  events: MapEvents;
}

export class FacilityMap {
  private readonly map: MapLibre;
  private readonly data = new Map<OwnSource, FeatureCollection>();
  private readonly shifted: boolean;
  private category: string;
  private styled = false;
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly restyle = () => void this.style();

  /** Throws where WebGL is missing. */
  constructor(private readonly options: MapOptions) {
    setWorkerUrl(workerUrl);
    this.category = options.category;
    this.shifted = options.base?.crs === "gcj02";
    this.map = new MapLibre({
      container: options.container,
      style: { version: 8, sources: {}, layers: [] },
      center: this.toMap(options.center),
      zoom: options.zoom,
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      renderWorldCopies: true,
      fadeDuration: 120,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.setLabel(options.label);
    this.map.on("style.load", () => this.fill());
    this.map.on("moveend", () => this.moved());
    this.map.on("move", () => this.scale());
    this.map.on("click", (e) => this.tapped(e.point.x, e.point.y, e.lngLat.toArray(), false));
    this.map.on("contextmenu", (e) => this.tapped(e.point.x, e.point.y, e.lngLat.toArray(), true));
    this.map.on("mousemove", (e) => {
      const over = this.styled && this.map.queryRenderedFeatures(e.point, { layers: tappable }).length > 0;
      this.map.getCanvas().style.cursor = over ? "pointer" : "";
    });
    this.dark.addEventListener("change", this.restyle);
    void this.style();
    this.scale();
  }

  destroy(): void {
    this.dark.removeEventListener("change", this.restyle);
    this.map.remove();
  }

  setLabel(label: string): void {
    this.map.getCanvas().setAttribute("aria-label", label);
  }

  /** The tiles of one category, or of all with an empty one. */
  setCategory(category: string): void {
    if (category === this.category) return;
    this.category = category;
    const source = this.map.getSource<VectorTileSource>("facilities");
    source?.setTiles([this.tiles()]);
  }

  setStart(at: LonLat | null, radius: number, label: (metres: number) => string): void {
    const point = at && this.toMap(at);
    this.put("start", point ? [feature({ type: "Point", coordinates: point }, {})] : []);
    this.put("rings", point ? rings(point, radius, label).features : []);
  }

  /** lit is the one under the pointer, chosen the one that is open. */
  setResults(results: MapResult[], lit: string | null, chosen: string | null): void {
    const features: Feature[] = [];
    results.forEach((r, rank) => {
      const properties = { id: r.id, label: r.label, name: r.name, closed: r.closed, rank, lit: r.id === lit, chosen: r.id === chosen };
      if (r.geometry.type !== "Point") features.push(feature(this.shiftGeometry(r.geometry), properties));
      features.push(feature({ type: "Point", coordinates: this.toMap(lonLatOf(r.geometry)) }, properties));
    });
    this.put("results", features);
  }

  setSelected(geometry: Geometry | null, name: string): void {
    const point = geometry && this.toMap(lonLatOf(geometry));
    this.put("selected", point ? [feature({ type: "Point", coordinates: point }, { name })] : []);
  }

  /** Brings points into view, beside what covers the map. */
  frame(points: LonLat[], padding: PaddingOptions, maxZoom = 16.5): void {
    const [first, ...rest] = points.map((p) => this.toMap(p));
    if (!first) return;
    const box = rest.reduce((b, p) => b.extend(p), new LngLatBounds(first, first));
    this.map.fitBounds(box, { padding, maxZoom, duration: 500 });
  }

  zoom(by: 1 | -1): void {
    if (by > 0) this.map.zoomIn();
    else this.map.zoomOut();
  }

  private async style(): Promise<void> {
    const palette = paletteOf(this.options.container);
    const style = await buildStyle(this.options.base, this.tiles(), palette);
    this.styled = false;
    this.map.setStyle(style, { diff: false });
    this.map.once("style.load", () => addDrawings(this.map, palette));
  }

  private fill(): void {
    if (!this.map.getSource("results")) return; // the empty style before the first
    this.styled = true;
    for (const [name, collection] of this.data) this.map.getSource<GeoJSONSource>(name)?.setData(collection);
    this.moved();
  }

  private put(name: OwnSource, features: Feature[]): void {
    const collection: FeatureCollection = { type: "FeatureCollection", features };
    this.data.set(name, collection);
    if (this.styled) this.map.getSource<GeoJSONSource>(name)?.setData(collection);
  }

  private moved(): void {
    if (this.options.base) return;
    const box = this.map.getBounds();
    this.put("graticule", graticule(box.getWest(), box.getSouth(), box.getEast(), box.getNorth()).features);
  }

  private scale(): void {
    this.options.events.scale(scaleBar(this.map.getCenter().lat, this.map.getZoom(), 96));
  }

  private tapped(x: number, y: number, at: LonLat, sure: boolean): void {
    const reach = 14; // a finger is wide
    const box: [[number, number], [number, number]] = [[x - reach, y - reach], [x + reach, y + reach]];
    const hits = this.styled && !sure && !this.options.events.picking() ? this.map.queryRenderedFeatures(box, { layers: tappable }) : [];
    const hit = hits.find((h) => h.properties.id !== undefined) ?? hits[0];
    if (!hit) {
      const [lon, lat] = this.fromMap(at);
      this.options.events.ground([wrap(lon), lat], sure);
    } else if (hit.properties.id !== undefined) {
      this.options.events.place(String(hit.properties.id));
    } else {
      this.map.easeTo({ center: lonLatOf(hit.geometry), zoom: this.map.getZoom() + 2 });
    }
  }

  private tiles(): string {
    const query = this.shifted ? "?crs=gcj02" : "";
    return `${location.origin}/v1/tiles/${this.category || "all"}/{z}/{x}/{y}.mvt${query}`;
  }

  private toMap(p: LonLat): LonLat {
    return this.shifted ? toGcj02(p) : p;
  }

  private fromMap(p: LonLat): LonLat {
    return this.shifted ? fromGcj02(p) : p;
  }

  private shiftGeometry(geometry: Geometry): Geometry {
    if (!this.shifted || geometry.type === "GeometryCollection") return geometry;
    const shift = (c: unknown): unknown =>
      Array.isArray(c) ? (typeof c[0] === "number" ? toGcj02([c[0], c[1] as number]) : c.map(shift)) : c;
    return { ...geometry, coordinates: shift(geometry.coordinates) } as Geometry;
  }
}

function feature(geometry: Geometry, properties: Record<string, unknown>): Feature {
  return { type: "Feature", geometry, properties };
}

function wrap(lon: number): number {
  return ((((lon + 180) % 360) + 360) % 360) - 180;
}
