import type { Effect } from "../../model/effect.ts";
import type { ProgramRule } from "../scope.ts";
import { removed, verbRule, type Tool, type Verb } from "./verb-rules.ts";

const published: readonly Effect[] = ["package_publish"];

function publishes(operation: string, on: RegExp, more: Partial<Verb> = {}): Verb {
  return { operation, on, effects: published, because: "it publishes where others fetch", ...more };
}

/** Builds elsewhere break by it, and the number of a version is used up for good. */
const withdrawn: readonly Effect[] = ["package_publish", "system_modification"];

function withdraws(operation: string, on: RegExp, more: Partial<Verb> = {}): Verb {
  return { operation, on, effects: withdrawn, because: "it takes a version away from others", ...more };
}

function access(on: RegExp, because = "it changes who may publish"): Verb {
  return { operation: "access", on, effects: ["privilege_change"], because };
}

function signsIn(on: RegExp): Verb {
  return {
    operation: "sign_in",
    on,
    effects: ["credential_access"],
    because: "it makes or stores credentials",
  };
}

/** A registry on this machine is a trial run. */
const trial =
  / --(?:registry|index-url|repository-url|publish-url|source)=\S*(?:localhost|127\.0\.0\.1|\[::1\])/;

function tool(programs: string, provider: string, verbs: readonly Verb[], more: Partial<Tool> = {}): Tool {
  return { programs: programs.split(" "), provider, remote: true, idle: trial, ...more, verbs };
}

const withdrawsImage: Verb = {
  operation: "delete",
  on: /^(?:delete|tag (?:delete|rm)|(?:manifest|image|blob|repo) delete)\b/,
  effects: removed,
  because: "an image is taken away from others",
};

const npmOptions =
  "--registry --tag --access --otp --workspace -w --prefix -C --cwd --dir --filter -F --userconfig --loglevel --publish-branch";

const tools: readonly Tool[] = [
  tool(
    "npm pnpm yarn bun",
    "npm",
    [
      publishes("publish", /^(?:npm )?publish\b(?!-)/),
      publishes("stage_publish", /^stage publish\b/),
      publishes("publish", /^workspaces? foreach .*\bnpm publish\b/),
      withdraws("unpublish", /^(?:npm )?(?:unpublish|deprecate|undeprecate)\b/),
      // A tag that was taken off can be put on again.
      publishes(
        "tag",
        /^(?:dist-tags? (?:add|rm|set|remove)|tag (?:add|rm|remove)|npm tag (?:add|remove))\b/,
      ),
      access(
        /^(?:owner (?:add|rm|remove)|access (?!ls|list|get)\S+|team (?:create|destroy|add|rm)|org (?:set|rm|add)|hook (?:add|rm)|trust \S+)\b/,
      ),
      signsIn(/^(?:npm )?(?:token (?:create|revoke|delete)|adduser|add-user|login)\b/),
    ],
    { valued: npmOptions },
  ),
  tool("lerna changeset nx shipjs auto jsr", "npm", [
    publishes("publish", /^(?:publish|release publish|shipit|from-git|from-package)\b/, {
      without: / --(?:no-publish|npm\.publish=false|no-npm|skip-npm) /,
    }),
  ]),
  // Away from a build server it only shows what it would do, unless told otherwise.
  tool("semantic-release", "npm", [
    publishes("publish", /^$/, { with: / --(?:no-ci|ci=false) /, without: / -d / }),
  ]),
  tool("np release-it", "npm", [
    publishes("publish", /^(?:major|minor|patch|pre\w+|v?\d[\w.-]*)?$/, {
      without:
        / (?:--no-publish|-d|--no-npm(?:\.publish)?|--npm\.publish=false|--release-version|--changelog|--preview) /,
    }),
  ]),
  tool("deno", "jsr", [publishes("publish", /^publish\b/)]),
  tool(
    "cargo",
    "registry",
    [
      publishes("publish", /^(?:\+\S+ )?(?:publish|workspaces publish|mutants publish)\b/),
      // `cargo release` only shows what it would do, unless told to execute.
      publishes("release", /^(?:\+\S+ )?(?:release|smart-release)\b/, {
        with: / (?:--execute|-x) /,
        without: / --no-publish /,
      }),
      withdraws("yank", /^(?:\+\S+ )?yank\b/, { without: / --undo / }),
      { ...access(/^owner\b/), with: / (?:-a|--add|-r|--remove)[ =]/ },
      signsIn(/^login\b/),
    ],
    {
      valued:
        "-p --package --manifest-path --registry --index --token --features -F --target --version --vers -a --add -r --remove -Z --config",
      idle: / -n | --registry=\S*local/,
    },
  ),
  tool(
    "gem bundle",
    "registry",
    [
      publishes("publish", /^push\b/),
      withdraws("yank", /^yank\b/),
      { ...access(/^owner\b/), with: / (?:-a|--add|-r|--remove)[ =]/ },
      signsIn(/^signin\b/),
    ],
    { valued: "-v --version --host -k --key -a --add -r --remove -p --platform" },
  ),
  tool("rake", "registry", [publishes("release", /^release(?:\[|$| )/)]),
  tool(
    "twine poetry uv hatch flit pdm maturin rye conda anaconda",
    "registry",
    [publishes("publish", /^(?:publish|upload)\b/), withdraws("yank", /^(?:remove|yank) \S+\/\S+/)],
    {
      valued:
        "-r --repository --repository-url -u --username -p --password --publish-url --index --token -C -P --directory --project --config-file",
    },
  ),
  tool("python python3", "registry", [
    publishes(
      "publish",
      /^(?:twine|flit|build_and) upload\b|^(?:\S*setup\.py) (?:.* )?(?:upload|register)\b|^(?:poetry|hatch|flit) publish\b/,
    ),
  ]),
  tool(
    "mvn mvnw mvnd",
    "registry",
    [
      publishes(
        "deploy",
        /(?:^| )(?:deploy(?::\S+)?|release:perform|nexus-staging:release|central-publishing:publish)(?: |$)/,
      ),
    ],
    {
      valued: "-f --file -pl --projects -P -s --settings -T -rf",
    },
  ),
  tool(
    "gradle gradlew",
    "registry",
    [
      publishes(
        "publish",
        /(?:^| )(?::?[\w:-]*:)?(?:publish(?!\w*ToMavenLocal)(?:[A-Z]\w*)?|uploadArchives|closeAndReleaseRepository|bintrayUpload)(?: |$)/,
      ),
    ],
    {
      valued: "-b --build-file -p --project-dir -c -I --init-script -x --exclude-task",
      idle: / -m /,
    },
  ),
  tool("sbt lein mill clojure", "registry", [
    publishes(
      "publish",
      /(?:^| )(?:publish|publishSigned|sonatypeRelease|sonatypeBundleRelease|deploy)(?: |$)/,
    ),
  ]),
  tool(
    "dotnet nuget",
    "registry",
    [publishes("publish", /^(?:nuget )?push\b/), withdraws("delete", /^(?:nuget )?delete\b/)],
    { valued: "-s --source -k --api-key -Source -ApiKey" },
  ),
  tool(
    "vsce ovsx",
    "registry",
    [
      publishes("publish", /^publish\b/),
      withdraws("unpublish", /^(?:unpublish|delete-publisher)\b/),
      signsIn(/^(?:login|create-publisher|create-namespace)\b/),
    ],
    { valued: "-i --packagePath -p --pat -t --target -m --message --baseContentUrl" },
  ),
  tool(
    "goreleaser",
    "registry",
    [
      publishes("release", /^(?:release|publish|continue)\b/, {
        without: / (?:--snapshot|--skip=\S*publish\S*|--skip-publish) /,
      }),
    ],
    { valued: "-f --config --skip --parallelism -p" },
  ),
  tool("dart flutter pub", "registry", [publishes("publish", /^(?:pub )?publish\b/, { without: / -n / })]),
  tool("pod", "registry", [
    publishes("publish", /^trunk push\b/),
    withdraws("delete", /^trunk (?:delete|deprecate|remove-owner)\b/),
  ]),
  tool("mix rebar3", "registry", [
    publishes("publish", /^(?:hex\.publish|hex publish)\b/),
    withdraws("retire", /^hex\.(?:retire|owner)\b/),
  ]),
  tool("luarocks cabal stack opam elm composer raco", "registry", [
    publishes("publish", /^(?:upload|publish|sdist --upload)\b/),
  ]),
  tool("cpan-upload conan snapcraft cloudsmith jfrog jf cachix cr", "registry", [
    publishes("publish", /^(?:upload|release|push|rt (?:upload|u)|\S+\.tar\.gz)\b/),
    withdraws("delete", /^(?:delete|rt (?:delete|del)|remove .*)\b/),
  ]),
  tool("helm", "registry", [
    publishes("push", /^(?:push|cm-push|s3 push|gcs push)\b/),
    withdraws("delete", /^(?:s3|gcs) delete\b/),
  ]),
  tool(
    "docker podman nerdctl buildah",
    "registry",
    [
      publishes(
        "push",
        /^(?:push|image push|manifest push|compose push) (?!localhost|127\.|registry:|kind-)/,
      ),
      withdraws("revoke", /^trust (?:revoke|signer remove)\b/),
      publishes("push", /^compose push$/),
      publishes("push", /^(?:buildx |builder |image )?build\b/, { with: / --push / }),
    ],
    {
      valued:
        "-H --host -c --context --config -l --log-level -f --file -t --tag --platform --build-arg --target --progress --cache-from --cache-to -o --output --label --secret --ssh --builder --network -p --project-name --env-file --profile",
    },
  ),
  tool("skopeo", "registry", [
    publishes("push", /^(?:copy|sync) .*docker:\/\/(?!localhost|127\.)\S+$/),
    withdrawsImage,
  ]),
  tool("crane regctl oras", "registry", [
    withdrawsImage,
    publishes("push", /^(?:push|copy|cp|append|mutate|tag|attach|image (?:copy|mod)|artifact put)\b/),
  ]),
  tool("ko", "registry", [
    publishes("push", /^(?:publish|build|apply|resolve|create)\b/, {
      without: / (?:--local|-L|--push=false) /,
    }),
  ]),
];

/** Registries of packages and images: a version that was published cannot be made unseen. Removing one locally is everyday. */
export const packages: ProgramRule = verbRule(tools, {
  matches: [
    { command: "npm publish", actions: ["npm:publish"] },
    { command: "pnpm publish -r --access public", actions: ["npm:publish"] },
    { command: "yarn npm publish", actions: ["npm:publish"] },
    { command: "npm unpublish left-pad --force", actions: ["npm:unpublish"] },
    { command: "npm deprecate left-pad@1 gone", actions: ["npm:unpublish"] },
    { command: "npm dist-tag add left-pad@1.0.0 latest", actions: ["npm:tag"] },
    { command: "npm access public @a/b", actions: ["npm:access"] },
    { command: "npx changeset publish", actions: ["npm:publish"] },
    { command: "cargo publish -p core", actions: ["registry:publish"] },
    { command: "cargo yank --version 1.0.0", actions: ["registry:yank"] },
    { command: "gem push a-1.gem", actions: ["registry:publish"] },
    { command: "twine upload dist/*", actions: ["registry:publish"] },
    { command: "python -m twine upload dist/*", actions: ["registry:publish"] },
    { command: "uv publish", actions: ["registry:publish"] },
    { command: "mvn -B clean deploy", actions: ["registry:deploy"] },
    { command: "./gradlew :lib:publishToSonatype", actions: ["registry:publish"] },
    { command: "dotnet nuget push a.nupkg -k x", actions: ["registry:publish"] },
    { command: "vsce publish", actions: ["registry:publish"] },
    { command: "regctl tag delete registry.example.com/app:1", actions: ["registry:delete"] },
    { command: "docker trust revoke me/app:1", actions: ["registry:revoke"] },
    { command: "docker push me/app:1", actions: ["registry:push"] },
    { command: "docker buildx build --push -t me/app .", actions: ["registry:push"] },
  ],
  misses: [
    { command: "npm run publish-docs", actions: ["npm:publish"] },
    { command: "npm publish --dry-run", actions: ["npm:publish"] },
    { command: "npm publish --registry http://localhost:4873", actions: ["npm:publish"] },
    { command: "npm uninstall left-pad", actions: ["npm:unpublish"] },
    { command: "npm dist-tag ls left-pad", actions: ["npm:tag"] },
    { command: "npm access list packages", actions: ["npm:access"] },
    { command: "npx semantic-release", actions: ["npm:publish"] },
    { command: "npm pack", actions: ["npm:publish"] },
    { command: "cargo publish --dry-run", actions: ["registry:publish"] },
    { command: "cargo release minor", actions: ["registry:release"] },
    { command: "cargo uninstall ripgrep", actions: ["registry:yank"] },
    { command: "gem uninstall rake", actions: ["registry:yank"] },
    { command: "gradle publishToMavenLocal", actions: ["registry:publish"] },
    { command: "mvn install", actions: ["registry:deploy"] },
    { command: "docker push localhost:5000/app", actions: ["registry:push"] },
    { command: "docker build -t app .", actions: ["registry:push"] },
    { command: "goreleaser release --snapshot", actions: ["registry:release"] },
  ],
});
