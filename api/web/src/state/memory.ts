// Small choices kept on the device (language, map app). Never a position.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be switched off; the page works without
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // see recall
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // see recall
  }
}
