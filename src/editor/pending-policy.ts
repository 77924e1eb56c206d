import { homedir } from "node:os";
import { StatusBarAlignment, window, type Disposable, type StatusBarItem } from "vscode";
import { isJsonObject } from "../base/json.ts";
import type { Host } from "./host.ts";
import {
  loosens,
  pendingNotice,
  pendingText,
  pendingTooltip,
  userPolicy,
  type PendingChange,
} from "./pending-policy-text.ts";
import { reasonOf } from "./reason.ts";
import { related } from "../base/folder-relation.ts";

/** Edits come in bursts; what they would make possible is worked out once it is quiet. */
const quietMs = 400;

/** Policies of this window that wait for approval: what each would make possible, in the status bar and once as a notice. */
export function pendingPolicy(host: Host): Disposable {
  const item = window.createStatusBarItem("signalbox.pendingPolicy", StatusBarAlignment.Left, 99);
  item.name = "Signalbox: Policy Awaiting Approval";
  item.command = "signalbox.approvePolicy";
  const pending = new PendingPolicies(host, item);
  const subscription = host.store.onChange(() => pending.look());
  return {
    dispose: () => {
      subscription.dispose();
      pending.dispose();
      item.dispose();
    },
  };
}

class PendingPolicies {
  readonly #host: Host;
  readonly #item: StatusBarItem;
  readonly #changes = new Map<string, PendingChange>();
  /** By workspace: the hash of the policy that was looked at, or is going to be. */
  readonly #hashes = new Map<string, string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** By workspace: what the human was told, and whether that notice still stands. */
  readonly #told = new Map<string, { readonly summary: string; open: boolean }>();

  constructor(host: Host, item: StatusBarItem) {
    this.#host = host;
    this.#item = item;
  }

  dispose(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
  }

  look(): void {
    const { store, folders } = this.#host;
    const waiting = (store.state.broker?.policies ?? []).filter(
      ({ state, workspace, layer }) =>
        state === "unapproved" &&
        (layer === "user" || folders.paths.some((folder) => related(folder, workspace))),
    );
    const workspaces = new Set(waiting.map(({ workspace }) => workspace));
    for (const workspace of this.#hashes.keys()) {
      if (!workspaces.has(workspace)) {
        this.#forget(workspace);
      }
    }
    for (const { workspace, hash = "" } of waiting) {
      if (this.#hashes.get(workspace) !== hash) {
        this.#hashes.set(workspace, hash);
        clearTimeout(this.#timers.get(workspace));
        this.#timers.set(
          workspace,
          setTimeout(() => this.#workOut(workspace, hash), quietMs),
        );
      }
    }
  }

  #forget(workspace: string): void {
    clearTimeout(this.#timers.get(workspace));
    this.#hashes.delete(workspace);
    this.#changes.delete(workspace);
    this.#told.delete(workspace);
    this.#draw();
  }

  /** Deciding thousands of requests takes a moment: a process of its own does it. */
  #workOut(workspace: string, hash: string): void {
    const isUsers = workspace === userPolicy;
    this.#host
      .cli({ args: ["policy", "show", "--json"], cwd: isUsers ? homedir() : workspace })
      .then((shown) => {
        const pending = shown[isUsers ? "pending_user" : "pending"];
        // The policy may have been changed or approved meanwhile.
        if (this.#hashes.get(workspace) === hash && isJsonObject(pending)) {
          // Printed by the program of this package.
          const change = pending as unknown as PendingChange;
          this.#changes.set(workspace, change);
          this.#draw();
          this.#tell(workspace, change);
        }
      })
      .catch((error: unknown) => this.#host.log.error(`pending policy: ${reasonOf(error)}`));
  }

  #draw(): void {
    this.#item.text = pendingText(this.#changes);
    this.#item.tooltip = pendingTooltip(this.#changes);
    this.#item.accessibilityInformation = {
      label: pendingTooltip(this.#changes).split("\n")[0] ?? "",
      role: "button",
    };
    if (this.#changes.size === 0) {
      this.#item.hide();
    } else {
      this.#item.show();
    }
  }

  /** Once for each change of what becomes possible, and never two notices for one policy. */
  #tell(workspace: string, change: PendingChange): void {
    const before = this.#told.get(workspace);
    if (!loosens(change) || before?.open === true || before?.summary === change.summary) {
      return;
    }
    const told = { summary: change.summary, open: true };
    this.#told.set(workspace, told);
    window.showInformationMessage(pendingNotice(workspace, change), "Review…").then(
      (picked) => {
        told.open = false;
        if (picked === "Review…") {
          this.#host.approver.propose({ kind: "policy_approval", workspace });
        }
      },
      (error: unknown) => this.#host.log.error(`pending policy: ${reasonOf(error)}`),
    );
  }
}
