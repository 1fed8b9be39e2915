// Where the search starts. It lives in memory only: never in the address, never stored.

import type { LatLon } from "../api/types";

export type Source = "device" | "map" | "place";

export interface Start extends LatLon {
  source: Source;
  /** The name of the place, when it was found by name. */
  name: string;
  /** Metres, when the device says so. */
  accuracy: number | null;
}

/**
 * unset: nobody has said; asking: the browser is asked; denied: the person said
 * no; failed: the device does not know; known.
 */
export type PositionPhase = "unset" | "asking" | "denied" | "failed" | "known";

export class PositionState {
  phase = $state<PositionPhase>("unset");
  start = $state.raw<Start | null>(null);

  set(at: LatLon, source: Source, name = "", accuracy: number | null = null): void {
    this.start = { lat: at.lat, lon: at.lon, source, name, accuracy };
    this.phase = "known";
  }

  /** Whether the browser would answer without asking the person. */
  async isAllowed(): Promise<boolean> {
    try {
      return (await navigator.permissions.query({ name: "geolocation" })).state === "granted";
    } catch {
      return false; // no Permissions API: wait for the button
    }
  }

  /** Asks the device. A start that was known before stays when it fails. */
  async locate(): Promise<void> {
    if (this.phase === "asking") return;
    if (!("geolocation" in navigator)) {
      this.phase = "failed";
      return;
    }
    this.phase = "asking";
    try {
      const { coords } = await ask();
      this.set({ lat: coords.latitude, lon: coords.longitude }, "device", "", coords.accuracy);
    } catch (cause) {
      this.phase = (cause as GeolocationPositionError).code === 1 ? "denied" : "failed";
    }
  }
}

function ask(): Promise<GeolocationPosition> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, reject, {
      enableHighAccuracy: true,
      timeout: 12_000,
      maximumAge: 15_000,
    });
  });
}
