// The language of the page: chosen before, else the browser's.

import type { Language } from "../i18n/messages";
import { recall, remember } from "./memory";

const key = "fujin.language";

export class LanguageState<Messages> {
  current = $state<Language>(initial());
  constructor(private readonly words: Record<Language, Messages>) {}

  get t(): Messages {
    return this.words[this.current];
  }

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
