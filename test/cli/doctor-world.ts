import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { err, ok } from "../../src/base/result.ts";
import { checklist } from "../../src/boundary/checklist/checklist.ts";
import { textsOf } from "../../src/boundary/checklist/detect-agents.ts";
import type { ChecklistFacts } from "../../src/boundary/checklist/facts.ts";
import type { Point } from "../../src/boundary/checklist/point.ts";
import { hookDigest } from "../../src/boundary/canary/canary.ts";
import { keepProofs } from "../../src/boundary/canary/proofs.ts";
import { install } from "../../src/boundary/hooks/install.ts";
import type { InstallOptions } from "../../src/boundary/hooks/install-plan.ts";
import { gatherFacts, installsFor } from "../../src/cli/doctor-facts.ts";
import { openChain } from "../../src/record/chain.ts";
import { PolicyHome } from "../broker/policies-for-test.ts";

/** A policy with which every point passes. */
export const goodPolicy = `session_scope:
  signal:
    blocked_credentials: ["railway_cli_admin_token"]
  domain:
    allowed_apis: ["railway:custom_domain_create"]
    blocked_actions: ["railway:volume_delete"]
credentials:
  - name: railway_project_token
    provider: railway
    grants: ["railway:custom_domain_create"]
policies:
  kill:
    - action_type: irreversible_infrastructure_deletion
    - credential_scope_mismatch: true
  control:
    - {action_type: production_api_call, require_hitl: true, timeout: 45s}
sessions:
  domains:
    description: keep the shop's domains in order
    agents: [codex]
    default: true
`;

/** A machine on which every point of the checklist passes, as long as nobody spoils something. */
export class DoctorWorld {
  readonly home: PolicyHome = new PolicyHome();
  connected = 1;
  brokerHangs = false;

  constructor() {
    this.write(".env", "RAILWAY_API_TOKEN=test-token-not-real-1\nRAILWAY_TOKEN=test-token-not-real-2\n");
    this.write("package.json", JSON.stringify({ name: "shop", scripts: { deploy: "railway up" } }));
    this.write("src/api.ts", 'export const api = "https://backboard.railway.com/graphql/v2";\n');
    this.policy(goodPolicy);
    this.atHome(".codex/auth.json", "{}");
  }

  get workspace(): string {
    return this.home.workspace;
  }

  write(name: string, text: string): void {
    const path = join(this.workspace, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  atHome(name: string, text: string): void {
    const path = join(this.home.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Writes the policy, and has it approved. */
  policy(text: string): void {
    this.home.writeWorkspace(text);
    this.home.approve();
  }

  /** Arms an agent, and says that a canary has tried its hooks. */
  arm(agent: string): void {
    const options = this.installOf(agent);
    const installed = install(options);
    if (!installed.ok) {
      throw new Error(installed.error);
    }
    const { files, client } = textsOf(options);
    keepProofs(this.home.places.stateDir, [
      {
        agent,
        scope: "user",
        version: "",
        at: "2026-11-20T12:00:00.000Z",
        proved: true,
        detail: "",
        digest: hookDigest(files, client),
      },
    ]);
  }

  installOf(agent: string): InstallOptions {
    const [user] = installsFor(this.home.home, this.workspace)(agent);
    if (user === undefined) {
      throw new Error("no level of the user");
    }
    return user;
  }

  /** Three entries, as a broker writes them. */
  async record(): Promise<void> {
    const chain = await openChain(this.home.places.record, () => new Date());
    for (const reason of ["one", "two", "three"]) {
      await chain.append({ kind: "notice", reason });
    }
    await chain.close();
  }

  async facts(): Promise<ChecklistFacts> {
    const { home } = this.home;
    const facts = await gatherFacts({
      context: { cwd: this.workspace, home, env: {} },
      scope: "machine",
      progress: () => undefined,
    });
    // No broker runs here, and whoever is connected is connected to one.
    return {
      ...facts,
      broker: this.brokerHangs ? err("the broker hangs") : facts.broker,
      approvers: facts.approvers.ok
        ? ok({ ...facts.approvers.value, connected: this.connected })
        : facts.approvers,
    };
  }

  async points(): Promise<readonly Point[]> {
    return checklist(await this.facts());
  }

  remove(): void {
    this.home.remove();
  }
}

/** A world in which all is well. */
export async function goodWorld(context: { after(done: () => void): void }): Promise<DoctorWorld> {
  const world = new DoctorWorld();
  context.after(() => world.remove());
  world.arm("codex");
  await world.record();
  return world;
}
