import { join } from "node:path";
import { canonicalJson } from "../base/json.ts";
import type { Result } from "../base/result.ts";
import { noLook } from "../boundary/files/policy-files.ts";
import type { OrganisationSource } from "../policy/compiled.ts";
import {
  candidateOf,
  isCurrent,
  loadGoverned,
  type Candidate,
  type GovernedOptions,
  type GovernedPlace,
  type GovernedPolicy,
  type LoadedText,
  type PolicyState,
} from "./governed-policy.ts";
import {
  isManagedCurrent,
  keepManaged,
  loadManaged,
  type ManagedOptions,
  type ManagedPlace,
  type ManagedPolicy,
} from "./managed-policy.ts";
import { OrganisationFeed, type Published } from "./organisation-feed.ts";
import { OrganisationSetting } from "./organisation-setting.ts";
import type { PolicyText } from "./policy-compiler.ts";

export interface LayersAboveOptions extends GovernedOptions {
  readonly home: string;
  readonly managed: ManagedPlace;
  /** Folder in which what an organisation said last is kept. */
  readonly organisation: string;
  readonly now: () => number;
  readonly fetch?: (url: string) => Promise<Result<string>>;
}

/** What holds in every workspace, as texts: each workspace compiles them for its own paths. */
export interface Above {
  /** Equal as long as nothing of it has changed. */
  readonly version: string;
  readonly organisation: readonly { readonly text: PolicyText; readonly loosens: boolean }[];
  /** The organisation has a policy, and nobody knows what it says. */
  readonly unknown: boolean;
  readonly user: { readonly approved?: PolicyText; readonly written?: PolicyText };
}

/** The name that the user's own policy is approved under. */
export const userLayer = "user";

/** The layers between the built-in baseline and the workspaces: the organisation's and the user's. */
export class LayersAbove {
  private readonly options: LayersAboveOptions;
  private readonly managedOptions: ManagedOptions;
  private readonly userPlace: GovernedPlace;
  private readonly feed: OrganisationFeed;
  private readonly setting: OrganisationSetting;
  private managed: ManagedPolicy | undefined;
  private user: GovernedPolicy | undefined;
  private generation = 0;
  private told = "";
  /** Told when a layer's state is another than before. */
  onChange: (states: readonly PolicyState[]) => void = () => undefined;

  constructor(options: LayersAboveOptions) {
    const { compile, home, organisation, now, fetch } = options;
    this.options = options;
    this.managedOptions = { ...options.managed, compile, home, folder: organisation };
    this.userPlace = { name: userLayer, folder: userPolicyFolder(home), layer: userLayer, root: home };
    this.feed = new OrganisationFeed({
      compile,
      home,
      now,
      folder: organisation,
      ...(fetch === undefined ? {} : { fetch }),
    });
    this.feed.onChange = () => this.tell();
    this.setting = new OrganisationSetting({ compile, home, folder: organisation });
  }

  current(): Above {
    const { managed, user } = this.read();
    return this.combined(managed, user, user.approved);
  }

  /** What would hold if the user's policy were approved as it is written; undefined where nothing waits. */
  approvedUser(): Above | undefined {
    const { managed, user } = this.read();
    return user.state.state === "unapproved" && user.read !== undefined
      ? this.combined(managed, { ...user, written: user.read }, user.read)
      : undefined;
  }

  /** An organisation's policy as an editor has it in its settings, as JSON text. */
  tellSetting(text: string): void {
    this.setting.tell(text);
    this.tell();
  }

  userCandidate(): Result<Candidate> {
    return candidateOf(this.read().user);
  }

  /** Forgets what was read of the user's policy, after an approval was pinned. */
  refreshUser(): void {
    if (this.user !== undefined) {
      this.user = { ...this.user, look: "stale" };
    }
    this.tell();
  }

  /** Layers of which there is something to say. */
  states(): readonly PolicyState[] {
    const { managed, user } = this.read();
    const published = [...sourcesOf(managed, user.approved), ...this.toldSources(managed, user.approved)].map(
      (source) => publishedState(source, this.feed.current(source)),
    );
    const setting = this.setting.state();
    const own = user.look === noLook && user.pin === undefined ? [] : [user.state];
    return [
      ...(managed.state === undefined ? [] : [managed.state]),
      ...(setting === undefined ? [] : [setting]),
      ...published,
      ...own,
    ];
  }

  /** Looks for changes, and starts to fetch what is due. Never throws and never waits. */
  look(): void {
    try {
      const { managed, user } = this.read();
      keepManaged(managed, this.managedOptions);
      this.feed.refresh([...sourcesOf(managed, user.approved), ...this.toldSources(managed, user.approved)]);
      this.tell();
    } catch {
      // A fault of ours: whoever asks for a decision hears of it, and is refused.
    }
  }

  private read(): { readonly managed: ManagedPolicy; readonly user: GovernedPolicy } {
    if (this.managed === undefined || !isManagedCurrent(this.managed, this.managedOptions)) {
      this.managed = loadManaged(this.managedOptions, this.managed);
      this.generation++;
    }
    if (this.user === undefined || !isCurrent(this.user, this.userPlace)) {
      this.user = loadGoverned(this.userPlace, this.options, this.user);
      this.generation++;
    }
    return { managed: this.managed, user: this.user };
  }

  /** Addresses that an editor's settings name and nobody else: what comes from there only tightens. */
  private toldSources(managed: ManagedPolicy, user: LoadedText | undefined): readonly OrganisationSource[] {
    const trusted = sourcesOf(managed, user).map((source) => canonicalJson(source));
    const told = this.setting.texts().flatMap(({ policy }) => policy.organisation ?? []);
    return [...new Map(told.map((source) => [canonicalJson(source), source]))].flatMap(([key, source]) =>
      trusted.includes(key) ? [] : [source],
    );
  }

  private combined(managed: ManagedPolicy, user: GovernedPolicy, approved: LoadedText | undefined): Above {
    const trusted = sourcesOf(managed, approved).map((source) => this.feed.current(source));
    const told = this.toldSources(managed, approved).map((source) => this.feed.current(source));
    const published = [...trusted, ...told];
    const organisation = [
      ...(managed.text === undefined ? [] : [{ text: managed.text.source, loosens: managed.loosens }]),
      ...this.setting.texts().map(({ source }) => ({ text: source, loosens: false })),
      ...trusted.flatMap(({ text, expired }) => (text === undefined ? [] : [{ text, loosens: !expired }])),
      ...told.flatMap(({ text }) => (text === undefined ? [] : [{ text, loosens: false }])),
    ];
    return {
      version: [
        this.generation,
        this.setting.generation,
        approved?.policy.hash ?? "-",
        ...published.map(
          ({ document, expired }) => `${document?.version ?? "-"}${expired ? " expired" : ""}`,
        ),
      ].join("\n"),
      organisation,
      unknown: managed.unknown || this.setting.unknown || published.some(({ text }) => text === undefined),
      user: {
        ...(approved === undefined ? {} : { approved: approved.source }),
        ...(user.written === undefined ? {} : { written: user.written.source }),
      },
    };
  }

  private tell(): void {
    const states = this.states();
    const told = canonicalJson(states);
    if (told !== this.told) {
      this.told = told;
      this.onChange(states);
    }
  }
}

/** Where the user's own policy lies. Not told by the environment: whoever starts us chooses that. */
export function userPolicyFolder(home: string): string {
  return join(home, ".config", "signalbox");
}

/** Addresses named by whoever may: an administrator, and the user's policy as a human approved it. */
function sourcesOf(managed: ManagedPolicy, user: LoadedText | undefined): readonly OrganisationSource[] {
  const named = [managed.text?.policy.organisation, user?.policy.organisation];
  const sources = named.filter((source) => source !== undefined);
  return sources.length < 2
    ? sources
    : [...new Map(sources.map((source) => [canonicalJson(source), source])).values()];
}

function publishedState({ url }: OrganisationSource, published: Published): PolicyState {
  const { document, expired, trouble } = published;
  const about = { workspace: "organisation", layer: "organisation", file: url } as const;
  if (document === undefined) {
    const why = trouble === undefined ? "it is being fetched" : trouble;
    return { ...about, state: "broken", detail: `${why}; until then nothing loosens the baseline` };
  }
  const { version, expires } = document;
  const stale = trouble === undefined ? "" : `; not refreshed: ${trouble}`;
  return expired
    ? {
        ...about,
        state: "expired",
        detail: `version ${version} has expired at ${expires}: it only tightens${stale}`,
      }
    : { ...about, state: "approved", detail: `version ${version}, signed, expires ${expires}${stale}` };
}
