import { join } from "node:path";
import { isJsonObject, parseJson } from "../base/json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, readOwnFile, writeDurably } from "../record/durable-file.ts";
import type { LoadedText, PolicyState } from "./governed-policy.ts";
import { readTemplate } from "./organisation-feed.ts";
import type { CompilePolicy } from "./policy-compiler.ts";

/** How people find it among the editor's settings. */
const settingName = "signalbox.organisation.policy";

/** Most texts that hold at once. */
const mostTexts = 5;

/** Longest text that is kept, in UTF-16 units. */
const longestText = 1_000_000;

export interface SettingOptions {
  readonly compile: CompilePolicy;
  readonly home: string;
  /** Folder in which what was told is kept. */
  readonly folder: string;
}

/**
 * An organisation's policy as editors have it in their settings. Agents can write settings, so that it only tightens, and
 * what it once said holds on: neither another text nor none takes anything away. A human ends that outside of the editor.
 */
export class OrganisationSetting {
  private readonly options: SettingOptions;
  private known: readonly LoadedText[] = [];
  private trouble: string | undefined;
  private lost = false;
  /** Counts up with every change. */
  generation = 0;

  constructor(options: SettingOptions) {
    this.options = options;
    const kept = this.kept();
    if (kept.ok) {
      this.known = kept.value;
    } else {
      this.lost = true;
      this.trouble = kept.error;
    }
  }

  /** Each of the texts holds. */
  texts(): readonly LoadedText[] {
    return this.known;
  }

  /** True where it is known that there is a policy, and nobody knows what it says. */
  get unknown(): boolean {
    return this.lost || (this.known.length === 0 && this.trouble !== undefined);
  }

  /** Told by an approver: the setting's value as JSON text. What is known already changes nothing. Never throws. */
  tell(text: string): void {
    if (this.known.some(({ source }) => source.text === text)) {
      return;
    }
    const taken = this.take(text);
    const trouble = taken.ok ? undefined : taken.error;
    if (taken.ok || trouble !== this.trouble) {
      this.trouble = trouble;
      this.generation++;
    }
  }

  /** Undefined where no editor has ever told one. */
  state(): PolicyState | undefined {
    if (this.known.length === 0 && this.trouble === undefined) {
      return undefined;
    }
    const about = { workspace: "organisation", layer: "organisation", file: settingName } as const;
    const until = `until you remove \`${this.file()}\` in a terminal of your own`;
    if (this.trouble !== undefined) {
      const rest = this.unknown ? "nothing loosens the baseline" : "what it said before holds";
      return { ...about, state: "broken", detail: `${this.trouble}; ${rest} ${until}` };
    }
    const count = this.known.length === 1 ? "it" : `each of its ${this.known.length} texts`;
    return {
      ...about,
      state: "approved",
      detail: `from an editor's settings: ${count} only tightens, and holds ${until}`,
    };
  }

  private take(text: string): Result<void> {
    if (this.known.length >= mostTexts) {
      return err(`it was changed more than ${mostTexts - 1} times`);
    }
    const loaded = this.load(text);
    if (!loaded.ok) {
      return err(`it does not load: ${loaded.error}`);
    }
    this.known = [...this.known, loaded.value];
    try {
      const texts = this.known.map(({ source }) => source.text);
      if (!this.lost) {
        writeDurably(this.file(), `${JSON.stringify({ texts })}\n`);
      }
    } catch (error) {
      // In force all the same, as long as this process lives.
      return err(`it cannot be kept (${errorCode(error)})`);
    }
    return ok(undefined);
  }

  private load(text: string): Result<LoadedText> {
    if (text.length > longestText) {
      return err("it is too long");
    }
    const place = { layer: "organisation", workspace: this.options.home } as const;
    const compiled = this.options.compile({ file: settingName, text, ...place, read: readTemplate });
    return compiled.ok
      ? ok({
          source: { file: settingName, text, extended: compiled.value.extended },
          policy: compiled.value.policy,
        })
      : compiled;
  }

  private kept(): Result<readonly LoadedText[]> {
    const text = readOwnFile(this.file());
    if (!text.ok) {
      return text;
    }
    if (text.value === undefined) {
      return ok([]);
    }
    const parsed = parseJson(text.value);
    const texts = parsed.ok && isJsonObject(parsed.value) ? parsed.value["texts"] : undefined;
    if (!Array.isArray(texts)) {
      return err("what was kept of it is damaged");
    }
    const loaded: LoadedText[] = [];
    for (const each of texts) {
      const one = typeof each === "string" ? this.load(each) : err("it is no text");
      if (!one.ok) {
        return err(`what was kept of it does not load: ${one.error}`);
      }
      loaded.push(one.value);
    }
    return ok(loaded);
  }

  private file(): string {
    return join(this.options.folder, "setting.json");
  }
}
