import { isJsonObject, objectField, parseJson, stringField } from "../../base/json.ts";
import type { Lookups } from "../../model/lookups.ts";
import {
  awsProfiles,
  kubeContexts,
  railwayPlaces,
  type AwsProfile,
  type KubeContext,
  type RailwayPlace,
} from "./workspace-facts-machine.ts";
import {
  ciEnvironments,
  isPipeline,
  terraformWorkspaces,
  type NamedEnvironment,
} from "./workspace-facts-environments.ts";

export const platforms = ["railway", "kubernetes", "aws", "other"] as const;
/** Where a workspace is deployed; `other`: somewhere that has no templates of its own. */
export type Platform = (typeof platforms)[number];

/** What a workspace says about itself, for choosing a policy and filling it in. Names only: no value of a credential. */
export interface WorkspaceFacts {
  /** What speaks for a platform, in the order of `platforms`; a platform that nothing speaks for is missing. */
  readonly evidence: ReadonlyMap<Platform, readonly Evidence[]>;
  /** Environments of the linked Railway project; the workspace's own link comes first. */
  readonly railway: readonly RailwayPlace[];
  readonly contexts: readonly KubeContext[];
  readonly profiles: readonly AwsProfile[];
  /** AWS accounts that files of the workspace name. */
  readonly accounts: readonly NamedAccount[];
  readonly terraform: readonly NamedEnvironment[];
  /** Environments that CI deploys to. */
  readonly ci: readonly NamedEnvironment[];
  /** Environment files, relative to the workspace, without the samples. */
  readonly environmentFiles: readonly string[];
}

export interface Evidence {
  /** `railway.json`, `deploy script in package.json`. */
  readonly what: string;
  /** 3 for a file of the platform's own tools, 1 for what only hints at it. */
  readonly weight: number;
}

export interface NamedAccount {
  readonly id: string;
  /** Where it is written, relative to the workspace. */
  readonly from: string;
}

/** Most folders and files that are looked at: an editor waits for this. */
const folderLimit = 120;
const deepest = 4;
const textLimit = 200_000;

const passedOver: ReadonlySet<string> = new Set(
  "node_modules .git .governance .terraform dist build out target vendor .next .venv venv __pycache__ coverage cdk.out fixtures testdata examples".split(
    " ",
  ),
);

/** Files that only one platform's tools write, by path. */
const markers: readonly (readonly [RegExp, Platform, number])[] = [
  [/(?:^|\/)railway\.(?:json|toml)$/, "railway", 3],
  [/(?:^|\/)(?:Chart|helmfile|kustomization|skaffold)\.ya?ml$/, "kubernetes", 3],
  [/(?:^|\/)(?:cdk\.json|samconfig\.toml|serverless\.(?:ya?ml|ts|json))$/, "aws", 3],
  [/^(?:buildspec|appspec)\.ya?ml$/, "aws", 3],
  [/(?:^|\/)(?:vercel\.json|netlify\.toml|fly\.toml|wrangler\.(?:toml|jsonc?)|firebase\.json)$/, "other", 2],
  [/(?:^|\/)Pulumi\.yaml$/, "other", 2],
  // Common words that mean something at the top only.
  [/^(?:render\.yaml|Procfile|app\.yaml|(?:docker-)?compose\.ya?ml|Dockerfile)$/, "other", 1],
];

/** Words in files that several platforms share: who is asked to deploy. */
const words: readonly (readonly [RegExp, Platform])[] = [
  [/(?<![\w-])(?:railway (?:up|redeploy|run)|@railway\/cli|railwayapp\/)/, "railway"],
  [
    /(?<![\w-])(?:kubectl |helm (?:upgrade|install)|skaffold (?:run|dev)|azure\/k8s|setup-kubectl)/,
    "kubernetes",
  ],
  [
    /(?<![\w-])(?:aws (?:s3|ecs|lambda|cloudformation|ecr)|cdk deploy|sam deploy|serverless deploy|sls deploy|aws-actions\/)/,
    "aws",
  ],
  [/(?<![\w-])(?:vercel|netlify|fly(?:ctl)?|wrangler|heroku|firebase|gcloud|az)(?: +(?:-|\w)|$)/m, "other"],
];

const terraformProviders: readonly (readonly [RegExp, Platform])[] = [
  [/provider\s+"aws"|hashicorp\/aws/, "aws"],
  [/provider\s+"(?:kubernetes|helm)"|hashicorp\/(?:kubernetes|helm)/, "kubernetes"],
  [/provider\s+"/, "other"],
];

/** Reads what a workspace contains, and what the tools on this machine are set up to. Never throws, writes nothing. */
export function workspaceFacts(workspace: string, lookups: Lookups): WorkspaceFacts {
  const files = filesBelow(workspace, lookups);
  const found = files.flatMap((file) => evidenceOf(file, workspace, lookups));
  const railway = railwayPlaces(workspace, lookups);
  const contexts = kubeContexts(lookups);
  if (railway.length > 0) {
    found.push(["railway", { what: "linked Railway project", weight: 3 }]);
  }
  if (contexts.length > 0) {
    // A kubeconfig says what this person uses, and nothing of this workspace.
    found.push(["kubernetes", { what: "contexts in the kubeconfig", weight: 1 }]);
  }
  const evidence = new Map(
    platforms.flatMap((platform) => {
      const own = found.flatMap(([each, what]) => (each === platform ? [what] : []));
      return own.length === 0 ? [] : [[platform, distinct(own)] as const];
    }),
  );
  return {
    evidence,
    railway,
    contexts,
    profiles: awsProfiles(lookups),
    accounts: files.flatMap((file) => accountsIn(file, workspace, lookups)),
    terraform: terraformWorkspaces(files, workspace, lookups),
    ci: ciEnvironments(files, workspace, lookups),
    environmentFiles: files.filter(isEnvironmentFile),
  };
}

/** Files of the workspace by their relative paths, nearest first. */
function filesBelow(workspace: string, lookups: Lookups): string[] {
  const files: string[] = [];
  let folders = [""];
  for (let depth = 0, seen = 0; depth < deepest && folders.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of folders) {
      seen += 1;
      if (seen > folderLimit) {
        return files;
      }
      for (const name of lookups.list(folder === "" ? workspace : `${workspace}/${folder}`).toSorted()) {
        const path = folder === "" ? name : `${folder}/${name}`;
        const kind = passedOver.has(name) ? "missing" : lookups.kind(`${workspace}/${path}`);
        (kind === "file" ? files : kind === "directory" ? next : []).push(path);
      }
    }
    folders = next;
  }
  return files;
}

function evidenceOf(file: string, workspace: string, lookups: Lookups): (readonly [Platform, Evidence])[] {
  const marked = markers.find(([pattern]) => pattern.test(file));
  if (marked !== undefined) {
    return [[marked[1], { what: file, weight: marked[2] }]];
  }
  const text = (): string => textOf(`${workspace}/${file}`, lookups);
  if (file.endsWith(".tf")) {
    const provider = terraformProviders.find(([pattern]) => pattern.test(text()));
    return provider === undefined ? [] : [[provider[1], { what: file, weight: 2 }]];
  }
  if (isPipeline(file)) {
    return spokenOf(text()).map((platform) => [platform, { what: file, weight: 2 }]);
  }
  return /(?:^|\/)package\.json$/.test(file)
    ? spokenOf(scriptsOf(text())).map((platform) => [platform, { what: `scripts of ${file}`, weight: 2 }])
    : [];
}

function spokenOf(text: string): readonly Platform[] {
  return words.flatMap(([pattern, platform]) => (pattern.test(text) ? [platform] : []));
}

function scriptsOf(text: string): string {
  const parsed = parseJson(text);
  const scripts = parsed.ok && isJsonObject(parsed.value) ? objectField(parsed.value, "scripts") : undefined;
  return Object.keys(scripts ?? {})
    .map((key) => stringField(scripts ?? {}, key) ?? "")
    .join("\n");
}

/** Twelve digits where an account stands: in an ARN, or behind a name that says so. */
const account =
  /arn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12})(?!\d)|(?<![A-Za-z])(?:aws_?)?account(?:_?ids?)?["']?\s*[:=]\s*\[?\s*["']?(\d{12})(?!\d)/gi;

function accountsIn(file: string, workspace: string, lookups: Lookups): readonly NamedAccount[] {
  if (
    !/\.tf$|(?:^|\/)(?:cdk(?:\.context)?\.json|serverless\.ya?ml|samconfig\.toml)$|(?:^|\/)(?:bin|lib|infra|cdk)\/[^/]+\.[jt]s$/.test(
      file,
    )
  ) {
    return [];
  }
  const ids = [...textOf(`${workspace}/${file}`, lookups).matchAll(account)].map(
    (match) => match[1] ?? match[2],
  );
  return [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [{ id, from: file }]));
}

function isEnvironmentFile(file: string): boolean {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return (
    /^\.env(?:\..+)?$|\.env$/.test(name) && !/(?:example|sample|template|dist|defaults|schema)/.test(name)
  );
}

function textOf(path: string, lookups: Lookups): string {
  const found = lookups.readFile(path);
  return found.kind === "text" ? found.text.slice(0, textLimit) : "";
}

function distinct(all: readonly Evidence[]): readonly Evidence[] {
  return all.filter(({ what }, index) => all.findIndex((each) => each.what === what) === index);
}
