import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { canonicalJson } from "../../src/base/json.ts";
import { err, ok, type Result } from "../../src/base/result.ts";
import { looseningBinding } from "../../src/approve/binding.ts";
import { fileLookups } from "../../src/boundary/files/lookups.ts";
import { packagedBaseline, packagedCatalogue } from "../../src/boundary/files/packaged.ts";
import { openApproverKeys, type ApproverKeys } from "../../src/broker/approver-keys.ts";
import { Catalogues } from "../../src/broker/catalogues.ts";
import type { Trust } from "../../src/broker/managed-policy.ts";
import { publishedText, signedText } from "../../src/broker/organisation-document.ts";
import { placesOf, preparePlaces, type Places } from "../../src/broker/places.ts";
import { Policies } from "../../src/broker/policies.ts";
import { firstLine, policyCompiler } from "../../src/broker/policy-compiler.ts";
import { writePin } from "../../src/broker/policy-pins.ts";
import type { BrokerState, SignedAnswer } from "../../src/broker/protocol.ts";
import type { Catalogue } from "../../src/catalogue/load.ts";
import type { Verdict } from "../../src/model/verdict.ts";
import { judge } from "../../src/pipeline.ts";
import { digestOf } from "../../src/record/digest.ts";

/** A key pair as organisations and approvers have them. */
export interface TestKey {
  readonly publicKey: string;
  sign(text: string): string;
}

export function testKey(): TestKey {
  const pair: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ed25519");
  return {
    publicKey: pair.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    sign: (text) => sign(null, Buffer.from(text, "utf8"), pair.privateKey).toString("base64"),
  };
}

/** What an organisation publishes. */
export function published(
  key: TestKey,
  policy: string,
  { version = 1, expires = "2030-01-01T00:00:00.000Z" }: { version?: number; expires?: string } = {},
): string {
  const document = { version, expires, policy };
  return publishedText(document, key.sign(signedText(document)));
}

/** Property tests make thousands; each goes with the process. */
const made: string[] = [];
process.on("exit", () => {
  for (const folder of made) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A home directory with policies that are in force there, through everything but a broker's process. */
export class PolicyHome {
  readonly home: string = realpathSync(mkdtempSync(join(tmpdir(), "sb-policies-")));
  readonly workspace: string = join(this.home, "ws");
  readonly managedFile: string = join(this.home, "etc", "policy.yaml");
  readonly userFile: string = join(this.home, ".config", "signalbox", "policy.yaml");
  readonly places: Places = placesOf(join(this.home, ".signalbox"));
  readonly catalogue: Catalogue = packagedCatalogue();
  /** What an address answers. */
  readonly web: Map<string, string> = new Map();
  readonly fetched: string[] = [];
  now: number = Date.parse("2027-01-01T00:00:00.000Z");
  trust: Trust = () => ok({ loosens: true });
  policies: Policies;
  private keys: ApproverKeys;
  private catalogues: Catalogues;
  private readonly approver = testKey();
  private writes = 0;

  constructor() {
    made.push(this.home);
    mkdirSync(join(this.workspace, ".governance"), { recursive: true });
    const prepared = preparePlaces(this.places);
    if (!prepared.ok) {
      throw new Error(prepared.error);
    }
    this.keys = this.openKeys();
    this.policies = this.open();
    this.catalogues = new Catalogues(this.catalogue);
  }

  /** As a process does that starts anew. */
  restart(): void {
    this.policies = this.open();
    this.catalogues = new Catalogues(this.catalogue);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    // Two writes within the clock's grain would look alike.
    utimesSync(file, new Date(), new Date(Date.now() + ++this.writes * 10));
  }

  writeWorkspace(text: string, name = "policy.yaml"): void {
    this.write(join(this.workspace, ".governance", name), text);
  }

  /** As a human does: of the workspace, or the user's own. Throws where there is nothing to approve. */
  approve(name: string = this.workspace): void {
    const candidate = this.policies.candidate(name);
    if (!candidate.ok) {
      throw new Error(candidate.error);
    }
    const { approval, text, extended } = candidate.value;
    const signed: SignedAnswer = {
      protocol: 1,
      question: "q",
      answer: "allow_once",
      ...looseningBinding(approval, digestOf),
      nonce: "n",
      expiresAt: "2030-01-01T00:00:00.000Z",
    };
    const signature = this.approver.sign(canonicalJson(signed));
    const { publicKey } = this.approver;
    const catalogue = name === "user" ? [] : this.catalogues.texts(name);
    const pin = { approval, text, extended, catalogue, signed, signature, publicKey };
    writePin(this.places.pins, pin, this.keys);
    this.policies.refresh(name);
  }

  /** Lets what is due be fetched, and waits until it is there. */
  async refresh(): Promise<void> {
    this.policies.look();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The verdict on a command line in a workspace. */
  verdict(command: string, workspace: string = this.workspace): Verdict {
    const context = {
      id: "1",
      agent: "claude-code",
      conversation: "c",
      workspace,
      cwd: workspace,
      boundary: "check",
    } as const;
    const request = { context, payload: { kind: "shell", command, shell: "bash" } } as const;
    return judge(request, {
      catalogue: this.catalogue,
      extended: () => this.catalogues.extended(workspace),
      approvedCatalogues: () => this.catalogues.ofEach(this.policies.approvedCatalogues(workspace)),
      lookups: () =>
        fileLookups({ home: this.home, workspace, env: () => undefined, credentialsIn: () => [] }),
      policies: () => this.policies.inForce(workspace),
      session: () => undefined,
    }).verdict;
  }

  /** States of one layer, as `state: detail`. */
  states(layer?: BrokerState["policies"][number]["layer"]): readonly string[] {
    return this.policies
      .states()
      .filter((state) => state.layer === layer)
      .map(({ state, detail }) => `${state}: ${detail.replaceAll(this.home, "~")}`);
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  private openKeys(): ApproverKeys {
    const keys = openApproverKeys(this.places.approvers);
    if (!keys.ok) {
      throw new Error(keys.error);
    }
    keys.value.add(this.approver.publicKey, "test", "2026-01-01T00:00:00.000Z");
    return keys.value;
  }

  private open(): Policies {
    this.keys = this.openKeys();
    return new Policies({
      baseline: packagedBaseline(),
      compile: policyCompiler({ catalogue: this.catalogue, home: this.home, shown: firstLine }),
      pins: this.places.pins,
      keys: this.keys,
      home: this.home,
      catalogue: (workspace) => this.catalogues.texts(workspace),
      managed: { file: this.managedFile, trust: (file) => this.trust(file) },
      organisation: this.places.organisation,
      now: () => this.now,
      fetch: (url) => Promise.resolve(this.answer(url)),
    });
  }

  private answer(url: string): Result<string> {
    this.fetched.push(url);
    const text = this.web.get(url);
    return text === undefined ? err("it cannot be reached (ECONNREFUSED)") : ok(text);
  }
}
