import { isJsonObject, parseJson, stringField, type JsonValue } from "../base/json.ts";
import { zipEntry } from "../base/zip.ts";
import type { FileLookup } from "../model/lookups.ts";

/** What carrying out a saved plan would do. */
export interface SavedPlan {
  /** Addresses of what would be deleted, with or without something new in its place. */
  readonly destroys: readonly string[];
  /** How many other objects would be made or changed. */
  readonly changes: number;
  /** The workspace that it was made for, where it says so. */
  readonly workspace?: string;
}

/** Largest plan that is unpacked, in bytes. */
const maximumPlan = 8 * 1024 * 1024;

/**
 * Reads the plan of Terraform or OpenTofu (a zip archive that holds the message `tfplan`), its JSON form, or Pulumi's plan.
 * Undefined where it is none of these, of another version, or speaks of an action that is not known here.
 */
export function readSavedPlan(file: FileLookup): SavedPlan | undefined {
  if (file.kind !== "text") {
    return undefined;
  }
  if (/^\s*\{/.test(file.text)) {
    const json = parseJson(file.text);
    return json.ok ? planOfJson(json.value) : undefined;
  }
  const bytes = file.bytes ?? new TextEncoder().encode(file.text);
  const message = bytes[0] === 0x50 && bytes[1] === 0x4b ? zipEntry(bytes, "tfplan", maximumPlan) : undefined;
  return message === undefined ? undefined : planOfMessage(message);
}

/** Objects that live in the state alone, or whose older versions stay: nothing is lost when they are made anew. */
const withoutSubstance =
  /^(?:null_resource|terraform_data|random_\w+|time_\w+|local_file|local_sensitive_file|archive_file|aws_ecs_task_definition|aws_launch_template)$/;

/** Collects what is found, and forgets it all once something is not understood. */
class Collector {
  private readonly destroys: string[] = [];
  private changes = 0;
  private understood = true;

  add(address: string, action: "delete" | "replace" | "change" | "nothing" | undefined): void {
    const type =
      /(?:^|\.)([a-z]\w*)\.[^.]+$/i.exec(address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]$/, ""))?.[1] ?? "";
    if (action === undefined) {
      this.understood = false;
    } else if (/(?:^|\.)data\.[^.]+\.[^.]+$/.test(address) || action === "nothing") {
      return;
    } else if (action === "change" || withoutSubstance.test(type)) {
      this.changes += 1;
    } else {
      this.destroys.push(address);
    }
  }

  plan(workspace: string | undefined): SavedPlan | undefined {
    const { destroys, changes } = this;
    return this.understood
      ? { destroys, changes, ...(workspace === undefined || workspace === "" ? {} : { workspace }) }
      : undefined;
  }
}

/** The actions of the message's enumeration. */
const messageActions: ReadonlyMap<number, "delete" | "replace" | "change" | "nothing"> = new Map([
  [0, "nothing"],
  [1, "change"],
  [2, "nothing"],
  [3, "change"],
  [5, "delete"],
  [6, "replace"],
  [7, "replace"],
  [8, "change"],
  [9, "change"],
]);

/** The version of the message that all releases since Terraform 0.12 and all of OpenTofu write. */
const planVersion = 3;

function planOfMessage(message: Uint8Array): SavedPlan | undefined {
  const fields = fieldsOf(message);
  if (fields?.find(({ number }) => number === 1)?.value !== planVersion) {
    return undefined;
  }
  const found = new Collector();
  for (const { number, bytes } of fields) {
    if (number === 3 && bytes !== undefined) {
      addChange(found, bytes);
    }
  }
  const backend = fields.findLast(({ number }) => number === 13 || number === 29)?.bytes;
  return found.plan(backend === undefined ? undefined : textOf(fieldsOf(backend), 3));
}

function addChange(found: Collector, message: Uint8Array): void {
  const fields = fieldsOf(message);
  const change = fields?.findLast(({ number }) => number === 9)?.bytes;
  const parts = change === undefined ? fields : fieldsOf(change);
  const action = change === undefined ? undefined : parts?.findLast(({ number }) => number === 1)?.value;
  found.add(textOf(fields, 13) ?? "", parts === undefined ? undefined : messageActions.get(action ?? 0));
}

interface Field {
  readonly number: number;
  /** Of a whole number. */
  readonly value?: number;
  /** Of a text, bytes or a message. */
  readonly bytes?: Uint8Array;
}

function textOf(fields: readonly Field[] | undefined, wanted: number): string | undefined {
  const bytes = fields?.findLast(({ number }) => number === wanted)?.bytes;
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** Fields of one protocol buffer message; undefined where it is broken. */
function fieldsOf(message: Uint8Array): readonly Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const whole = (): number => {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
      const byte = message[at];
      at += 1;
      if (byte === undefined) {
        return Number.NaN;
      }
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        return value;
      }
    }
    return Number.NaN;
  };
  while (at < message.length) {
    const key = whole();
    const number = Math.floor(key / 8);
    const kind = key % 8;
    const size = kind === 2 ? whole() : kind === 1 ? 8 : kind === 5 ? 4 : 0;
    const value = kind === 0 ? whole() : undefined;
    if (
      Number.isNaN(size) ||
      (value !== undefined && Number.isNaN(value)) ||
      !/^[0125]$/.test(String(kind))
    ) {
      return undefined;
    }
    const bytes = kind === 2 ? message.subarray(at, at + size) : undefined;
    at += size;
    if (at > message.length) {
      return undefined;
    }
    fields.push({
      number,
      ...(value === undefined ? {} : { value }),
      ...(bytes === undefined ? {} : { bytes }),
    });
  }
  return fields;
}

function planOfJson(json: JsonValue): SavedPlan | undefined {
  if (!isJsonObject(json)) {
    return undefined;
  }
  const found = new Collector();
  const { resource_changes: resources, resourcePlans: steps } = json;
  if (Array.isArray(resources)) {
    for (const resource of resources as readonly JsonValue[]) {
      const change = isJsonObject(resource) ? resource["change"] : undefined;
      const actions = change !== undefined && isJsonObject(change) ? change["actions"] : undefined;
      found.add(
        isJsonObject(resource) ? (stringField(resource, "address") ?? "") : "",
        worst(actions, terraformSteps),
      );
    }
    return found.plan(undefined);
  }
  if (steps !== undefined && isJsonObject(steps)) {
    for (const [urn, plan] of Object.entries(steps)) {
      found.add(
        urn.split("::").slice(2).join(" "),
        worst(isJsonObject(plan) ? plan["steps"] : undefined, pulumiSteps),
      );
    }
    return found.plan(undefined);
  }
  return undefined;
}

type Steps = Readonly<Record<string, "delete" | "replace" | "change" | "nothing">>;

const terraformSteps: Steps = {
  "no-op": "nothing",
  read: "nothing",
  create: "change",
  update: "change",
  forget: "change",
  delete: "delete",
};
const pulumiSteps: Steps = {
  same: "nothing",
  read: "nothing",
  refresh: "nothing",
  create: "change",
  update: "change",
  import: "change",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "discard-replaced": "replace",
  "read-replacement": "replace",
  "import-replacement": "replace",
  "discard-read": "nothing",
  "remove-pending-replace": "nothing",
};

function worst(
  steps: JsonValue | undefined,
  known: Steps,
): "delete" | "replace" | "change" | "nothing" | undefined {
  if (!Array.isArray(steps)) {
    return undefined;
  }
  const kinds = (steps as readonly JsonValue[]).map((step) =>
    typeof step === "string" && Object.hasOwn(known, step) ? known[step] : undefined,
  );
  const order = [undefined, "delete", "replace", "change"] as const;
  const at = order.findIndex((kind) => kinds.includes(kind));
  return at < 0 ? "nothing" : order[at];
}
