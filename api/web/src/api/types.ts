// The shapes of the public API (/v1) that the page reads.

import type { Geometry } from "geojson";

/** A position in degrees, WGS-84. */
export interface LatLon {
  lat: number;
  lon: number;
}

export type OpenState = "open" | "closed" | "unknown";

export interface FacilityProperties {
  name: string;
  category: string;
  /** Metres from the search position to the nearest edge; absent when no position was given. */
  distance_m?: number;
  /** Degrees clockwise from north, from the search position. */
  bearing_deg?: number;
  open?: OpenState;
  /** RFC 3339 with the offset of the facility. */
  next_change?: string | null;
  address?: string;
  phone?: string;
  opening_hours?: string;
  attributes?: Record<string, string>;
  dataset?: string;
  version?: number;
  verified_at?: string | null;
}

export interface Facility {
  type: "Feature";
  id: string;
  geometry: Geometry;
  properties: FacilityProperties;
}

export interface NearbyAnswer {
  type: "FeatureCollection";
  features: Facility[];
  radius_used: number;
  crs: string;
  as_of: string;
  next_cursor?: string | null;
}

export type Mode = "walk" | "bicycle" | "drive" | "taxi" | "transit";

export interface NavigationLink {
  provider: string;
  platform: "web" | "android" | "ios" | "any";
  /** Absent for a link that only shows the place. */
  mode?: Mode;
  url: string;
  crs: string;
}

export interface NavigationAnswer {
  links: NavigationLink[];
  distance?: {
    straight_m?: number;
    bearing_deg?: number;
    routed_m?: number;
    duration_s?: number;
    source?: string;
  };
}

export interface SearchResult {
  type: "facility" | "division";
  id: string;
  name: string;
  category?: string;
  lat: number;
  lon: number;
  address?: string;
}

export interface SearchAnswer {
  results: SearchResult[];
}

/** The operator's map under the facilities; its hosts must be in the content security policy. */
export interface BaseMap {
  style_url?: string;
  tiles?: string[];
  attribution?: string;
  max_zoom?: number;
  tile_size?: number;
  crs?: "wgs84" | "gcj02";
}

export interface Settings {
  base_map?: BaseMap | null;
  /** 审图号, shown on the map as the law asks. */
  map_approval?: string | null;
  /** [lon, lat] */
  default_position?: [number, number] | null;
  /** Categories worth a button, most wanted first; without it the page has its own choice. */
  categories?: string[];
}

/** RFC 9457. */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  code?: string;
}
