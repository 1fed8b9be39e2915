// What went wrong, in words that blame nobody and say what comes next.

import type { FailureKind } from "../api/client";
import type { Messages } from "../i18n/messages";

export interface Trouble {
  icon: string;
  title: string;
  text: string;
}

export function trouble(kind: FailureKind | null, t: Messages): Trouble {
  switch (kind) {
    case "offline":
      return { icon: "offline", title: t.offlineTitle, text: t.offlineText };
    case "timeout":
      return { icon: "clock", title: t.timeoutTitle, text: t.timeoutText };
    case "busy":
      return { icon: "clock", title: t.busyTitle, text: t.busyText };
    default:
      return { icon: "warning", title: t.errorTitle, text: t.errorText };
  }
}
