// What every part of the console shares: who is signed in, the language, and which page the address means.

import { getContext, setContext } from "svelte";
import { LanguageState } from "../state/language.svelte";
import { forget, recall, remember } from "../state/memory";
import * as client from "./client";
import type { Session, Words } from "./types";
import { en } from "./words/en";
import { inChinese } from "./words/problems";
import { zh } from "./words/zh";

export type Page =
  | { name: "datasets" }
  | { name: "coverage" }
  | { name: "dataset"; dataset: string }
  | { name: "upload"; dataset: string; upload: string };

export class ConsoleState {
  readonly language = new LanguageState({ "zh-Hans": zh, en });
  /** null: nobody is signed in; undefined: not known yet. */
  session = $state<Session | null | undefined>(undefined);
  page = $state<Page>(pageOf(location.pathname));
  /** The session of this browser ran out while it was in use. */
  ended = $state(false);
  /** Why it is not known who is signed in. */
  wrong = $state("");
  /** The titles of the datasets that were seen, by id. */
  titles = $state<Record<string, Words>>({});
  /** What the live region says. */
  announcement = $state("");

  constructor() {
    addEventListener("popstate", () => (this.page = pageOf(location.pathname)));
  }

  get t() {
    return this.language.t;
  }

  get mayPublish(): boolean {
    return this.session?.role === "publisher";
  }

  /** Asks who is signed in, if this browser ever was: the session itself is out of a script's reach. */
  async recognise(): Promise<void> {
    if (recall(mark) === null) {
      this.session = null;
      return;
    }
    this.wrong = "";
    try {
      this.session = await client.session();
      this.ended = false;
    } catch (cause) {
      this.wrong = this.trouble(cause);
    }
  }

  async signIn(key: string): Promise<void> {
    await client.signIn(key);
    remember(mark, "1");
    await this.recognise();
  }

  async signOut(): Promise<void> {
    await client.signOut().catch(() => {}); // the session ends by itself
    this.forget();
    this.ended = false;
  }

  private forget(): void {
    forget(mark);
    this.ended = true;
    this.session = null;
  }

  go(path: string): void {
    history.pushState(null, "", path);
    this.page = pageOf(path);
    scrollTo(0, 0);
  }

  /** The text in the reader's language, else in another that there is. */
  say(words: Words | undefined, otherwise = ""): string {
    return words?.[this.language.current] || words?.["zh-Hans"] || words?.en || Object.values(words ?? {})[0] || otherwise;
  }

  /** What the server says of a file or a row, in the reader's language; files examined long ago have English alone. */
  sentence(english = "", chinese = ""): string {
    return (this.language.current === "en" ? english : chinese) || english;
  }

  /** The title of a dataset, its id as long as it is not known. */
  titleOf(id: string): string {
    return this.say(this.titles[id], id);
  }

  number(n: number): string {
    return n.toLocaleString(this.language.current === "en" ? "en" : "zh-CN");
  }

  time(text: string): string {
    return new Date(text).toLocaleString(this.language.current === "en" ? "en-GB" : "zh-CN", { dateStyle: "medium", timeStyle: "short" });
  }

  /** What went wrong, in words; an ended session leads back to the sign-in. */
  trouble(cause: unknown): string {
    if (cause instanceof client.Refusal) {
      if (cause.status === 401) this.forget();
      if (cause.status === 0) return this.t.unreachable;
      return this.language.current === "en" ? cause.message : inChinese(cause.problem);
    }
    return this.t.unreachable;
  }
}

export function pageOf(path: string): Page {
  const [, , part, dataset, uploads, upload] = path.split("/").map(decodeURIComponent);
  if (part === "coverage") return { name: "coverage" };
  if (part === "datasets" && dataset) return uploads === "uploads" && upload ? { name: "upload", dataset, upload } : { name: "dataset", dataset };
  return { name: "datasets" };
}

export const addressOf = (dataset: string, upload?: string) =>
  `/console/datasets/${encodeURIComponent(dataset)}${upload ? `/uploads/${encodeURIComponent(upload)}` : ""}`;

const mark = "fujin.console";
const key = Symbol("console");
export const provideConsole = (state: ConsoleState) => setContext(key, state);
export const useConsole = () => getContext<ConsoleState>(key);
