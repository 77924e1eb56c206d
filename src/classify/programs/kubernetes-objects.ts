import type { Provider } from "../../catalogue/catalogue.ts";
import type { CarriedObjects, CommandMatch } from "../../catalogue/command-line.ts";
import { hole, isWhole } from "../../catalogue/hole.ts";
import { namedOperation, providerAction, type CallContext, type Extra } from "../http/provider-action.ts";
import type { Scope } from "../scope.ts";
import { describedObjects, type DescribedObject } from "./kubernetes-manifests.ts";
import type { Invocation } from "../shell/invocation.ts";

/** A command whose words or files name objects by kind: `kubectl delete pods,services -l app=web`. */
export interface ObjectCommand {
  readonly carries: CarriedObjects;
  readonly provider: Provider;
  readonly match: CommandMatch;
  readonly invocation: Invocation;
  readonly scope: Scope;
  readonly context: CallContext;
  readonly extra: Extra;
}

/** Short names of kinds, as the API server knows them. */
const shortNames: ReadonlyMap<string, string> = new Map(
  `ns:namespace po:pod svc:service deploy:deployment sts:statefulset ds:daemonset rs:replicaset
  rc:replicationcontroller pv:persistentvolume pvc:persistentvolumeclaim crd:customresourcedefinition cm:configmap
  ing:ingress no:node sa:serviceaccount netpol:networkpolicy cj:cronjob hpa:horizontalpodautoscaler
  pdb:poddisruptionbudget sc:storageclass ep:endpoint ev:event quota:resourcequota limits:limitrange
  csr:certificatesigningrequest pc:priorityclass vs:volumesnapshot vsc:volumesnapshotcontent cs:componentstatus
  cert:certificate app:application ks:kustomization hr:helmrelease gitrepo:gitrepository is:imagestream bc:buildconfig
  dc:deploymentconfig crds:customresourcedefinition pvcs:persistentvolumeclaim pvs:persistentvolume
  scs:storageclass`
    .split(/\s+/)
    .map((pair) => pair.split(":") as [string, string]),
);

/** Custom kinds that hold data or stand for machines, by what their name says. */
const stateful =
  /database|postgres|mysql|maria|mongo|redis|kafka|cassandra|scylla|cockroach|elastic|opensearch|clickhouse|etcd|minio|rabbit|nats|zookeeper|vault|volume|backup|snapshot|restore|bucket|cluster|machine|nodepool|nodeclaim|tenant|project|perconaserver|sqlinstance|rdsinstance|dbinstance/;

const recreated =
  /^(?:clusterrole|clusterrolebinding|clusterissuer|clustersecretstore|clusterpolicy|volumeattachment)$/;

/** Kinds that lie in no namespace. */
const clusterWide =
  /^(?:namespace|node|persistentvolume|customresourcedefinition|storageclass|priorityclass|ingressclass|runtimeclass|volumeattachment|csidriver|csinode|mutatingwebhookconfiguration|validatingwebhookconfiguration|mutatingadmissionpolicy(?:binding)?|validatingadmissionpolicy(?:binding)?|apiservice|certificatesigningrequest|podsecuritypolicy|flowschema|prioritylevelconfiguration|componentstatus|volumesnapshotcontent|volumesnapshotclass|nodepool|nodeclaim|\w*nodeclass|provisioner|project|securitycontextconstraint|gatewayclass|machineconfig(?:pool)?|compositeresourcedefinition|composition|globalnetworkpolicy|tokenreview|(?:self)?subjectaccessreview|cluster\w+|\w*clusterwide\w*)$/;

/** Most kinds of one command that are told apart; a manifest may hold hundreds of objects. */
const maxKinds = 24;

/** Emits one action for each kind that the command touches: `kubernetes:delete:namespace`. */
export function judgeObjects(command: ObjectCommand): void {
  const { carries, match, provider, scope, context, extra } = command;
  const verb = carries.variants.find((variant) => variantHolds(variant, match))?.verb ?? match.path.join("_");
  const named = kindsInWords(match);
  const inWords = named.kinds.map((kind): DescribedObject => ({ kind }));
  const found = [...inWords, ...describedObjects(carries.files, command)];
  const objects = new Map<string, DescribedObject>();
  for (const one of found.length === 0 ? [{ kind: "object" } as const] : found) {
    objects.set(`${one.kind} ${one.namespace ?? "-"}`, one);
  }
  for (const { kind: written, namespace } of [...objects.values()].slice(0, maxKinds)) {
    const kind = written === hole ? "object" : written;
    const operation =
      scope.catalogue.operation(provider.name, `${verb}:${kind}`) ??
      namedOperation(provider, "unknown_command");
    const generic = operation.name !== `${verb}:${kind}` || !provider.operations.has(operation.name);
    const known = generic && stateful.test(kind) && !recreated.test(kind);
    const worse = known ? scope.catalogue.operation(provider.name, `${verb}:stateful`) : undefined;
    const { resource = named.resource } = extra;
    scope.emit(
      providerAction(
        provider,
        worse === undefined ? operation : { ...worse, name: `${verb}:${kind}` },
        context,
        {
          ...extra,
          ...(written === hole ? { undecided: true } : {}),
          ...(resource === undefined ? {} : { resource }),
          ...placesOf(kind, namespace),
        },
      ),
    );
  }
}

function placesOf(kind: string, namespace: string | undefined): Pick<Extra, "places"> {
  if (clusterWide.test(kind)) {
    return { places: { namespace: [] } };
  }
  return namespace === undefined ? {} : { places: { namespace: namespace === "" ? [] : [namespace] } };
}

function variantHolds(variant: CarriedObjects["variants"][number], match: CommandMatch): boolean {
  const { value } = variant;
  return variant.options.some((name) => {
    const words = match.options.get(name);
    return (
      words !== undefined &&
      (value === undefined || words.some((word) => value.test(word.value) || !isWhole(word.value)))
    );
  });
}

/** `pods,services`, `pod/web`, `deployments.apps web`: kinds in the singular, and what they are called. */
function kindsInWords({ positionals }: CommandMatch): {
  readonly kinds: readonly string[];
  readonly resource: string | undefined;
} {
  const [first, ...names] = positionals.map((word) => word.value);
  if (first === undefined) {
    return { kinds: [], resource: undefined };
  }
  const typed = [first, ...names].filter((word) => word.includes("/"));
  const kinds = typed.length > 0 ? typed.map((word) => word.slice(0, word.indexOf("/"))) : first.split(",");
  // Each object by itself: what one of them is allowed, the others are not.
  const named = first.split(",").flatMap((kind) => names.map((name) => `${kind}/${name}`));
  const resource = typed.length > 0 ? typed.join(",") : named.length > 0 ? named.join(",") : first;
  return {
    kinds: kinds.map((kind) => (isWhole(kind) ? singular(kind) : hole)),
    resource: isWhole(resource) ? resource.slice(0, 120) : undefined,
  };
}

function singular(written: string): string {
  const name = written.toLowerCase().split(".")[0] ?? "";
  const known = shortNames.get(name);
  if (known !== undefined) {
    return known;
  }
  if (/(?:ss|[^aeiou]?sh|ch|x)es$/.test(name)) {
    return name.slice(0, -2);
  }
  return name.endsWith("ies")
    ? `${name.slice(0, -3)}y`
    : name.endsWith("s") && !name.endsWith("ss")
      ? name.slice(0, -1)
      : name;
}
