// The language of the page: chosen before, else the browser's.

import { en } from "../i18n/en";
import type { Language, Messages } from "../i18n/messages";
import { zh } from "../i18n/zh";
import { recall, remember } from "./memory";

const key = "fujin.language";

export class LanguageState {
  current = $state<Language>(initial());
  readonly t: Messages = $derived(this.current === "en" ? en : zh);

  toggle(): void {
    this.current = this.current === "en" ? "zh-Hans" : "en";
    remember(key, this.current);
  }
}

function initial(): Language {
  const chosen = recall(key);
  if (chosen === "en" || chosen === "zh-Hans") return chosen;
  for (const tag of navigator.languages ?? [navigator.language]) {
    if (/^zh/i.test(tag)) return "zh-Hans";
    if (/^en/i.test(tag)) return "en";
  }
  return "en";
}
