import { optionSpec, readArguments, type Arguments, type OptionSpec } from "../options.ts";
import { report } from "../report.ts";
import type { ProgramRule } from "../scope.ts";
import type { Invocation, Word } from "../shell/invocation.ts";

interface Installer {
  /** Words before the packages, joined by blanks. */
  readonly verb: RegExp;
  readonly options: OptionSpec;
  /** Options whose value is a package as well: `pip install -e`, `uvx --from`. */
  readonly packages?: readonly string[];
  /** True where `owner/name` means a repository on GitHub. */
  readonly shorthand?: boolean;
}

const npm: Installer = {
  verb: /^(?:install|i|in|add|global add|workspace add|link|exec|x|dlx)$/,
  options: optionSpec(
    "--registry --tag --prefix -C --cwd --dir --filter -F --workspace -w --loglevel --cache --userconfig --network-timeout --package -p -c --call --store-dir --reporter --omit --include --save-prefix",
  ),
  packages: ["--package", "-p"],
  shorthand: true,
};

const pip: Installer = {
  verb: /^(?:install|download|wheel|run)$/,
  options: optionSpec(
    "-e --editable -r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --prefix --root --platform --python-version --trusted-host --proxy --cache-dir --python -p --spec --pip-args --index",
  ),
  packages: ["-e", "--editable", "--spec"],
};

const uv: Installer = {
  verb: /^(?:add|pip install|tool install|tool run|run)$/,
  options: optionSpec(
    "-e --editable -r --requirement --requirements -c --constraint -i --index-url --default-index --index --extra-index-url -f --find-links -p --python --with --with-editable --from --group --extra --optional --tag --branch --rev --package --directory --project --env-file --refresh-package --prerelease",
  ),
  packages: ["-e", "--editable", "--from", "--with"],
};

const uvx: Installer = { ...uv, verb: /^(?:)$/ };

const installers: ReadonlyMap<string, Installer> = new Map<string, Installer>([
  ...["npm", "pnpm", "yarn", "bun"].map((name): [string, Installer] => [name, npm]),
  ...["npx", "pnpx", "bunx"].map((name): [string, Installer] => [name, { ...npm, verb: /^(?:)$/ }]),
  ...["pip", "pip3", "pipx"].map((name): [string, Installer] => [name, pip]),
  ...["python", "python3"].map((name): [string, Installer] => [name, { ...pip, verb: /^pip install$/ }]),
  ["uv", uv],
  ["uvx", uvx],
  ...["poetry", "pdm", "rye", "pipenv"].map((name): [string, Installer] => [
    name,
    { verb: /^(?:add|install)$/, options: optionSpec("-G --group -e --editable --source -E --extras -p -C") },
  ]),
  [
    "cargo",
    {
      verb: /^(?:install|binstall)$/,
      options: optionSpec(
        "--git --branch --tag --rev --version --root --path --features -F --target --profile -j --registry --index --bin",
      ),
      packages: ["--git"],
    },
  ],
  ["gem", { verb: /^specific_install$/, options: optionSpec("-b -l -d") }],
  ["brew", { verb: /^(?:install|reinstall|upgrade)$/, options: optionSpec("--appdir") }],
]);

/** A package that comes from an address of its own, not out of a registry that others look at. */
const address =
  /^(?:[\w.@,[\]-]+ ?@ ?)?(?:git\+(?:https?|ssh|git):\/\/|git:\/\/|ssh:\/\/|git@[\w.-]+:|(?:github|gitlab|bitbucket|gist):[\w.-]|https:\/\/)/;
const shorthand = /^[A-Za-z0-9][\w-]*\/(?!\S+\.(?:tgz|tar|tar\.gz)$)[\w.-]+(?:#\S*)?$/;

/** Those who make the languages, their package managers and registries, of previews too: as good as a package. */
const firstParty =
  /(?:github(?:\.com)?[:/](?:rust-lang|rust-analyzer|python|pypa|psf|python-poetry|astral-sh|nodejs|npm|yarnpkg|pnpm|denoland|oven-sh|golang|rubygems|ruby|dotnet|microsoft|Homebrew)\/|\/\/(?:files\.pythonhosted\.org|download\.pytorch\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|static\.crates\.io|pkg\.pr\.new|rubygems\.org|(?:localhost|127\.0\.0\.1)(?::\d+)?)\/)/;

/** A package from an address runs code that no registry has seen, and that may be another one tomorrow. */
export const packageAddresses: ProgramRule = {
  programs: [...installers.keys()],
  examples: {
    matches: [
      {
        command: "cargo install --git https://git.example/x/tool",
        actions: ["packages:install_from_address"],
      },
      {
        command: "pip install git+https://github.com/someone/thing@main",
        actions: ["packages:install_from_address"],
      },
      {
        command: "pip install 'thing @ https://pkg.example/thing.whl'",
        actions: ["packages:install_from_address"],
      },
      {
        command: "python3 -m pip install -e git+ssh://git@git.example/x",
        actions: ["packages:install_from_address"],
      },
      {
        command: "uvx --from git+https://github.com/someone/thing thing",
        actions: ["packages:install_from_address"],
      },
      { command: "uv pip install git+https://git.example/x", actions: ["packages:install_from_address"] },
      { command: "npm i https://pkg.example/a.tgz", actions: ["packages:install_from_address"] },
      {
        command: "npm install git+ssh://git@github.com/someone/thing.git",
        actions: ["packages:install_from_address"],
      },
      { command: "yarn add someone/thing#main", actions: ["packages:install_from_address"] },
      {
        command: "yarn workspace web add git+https://git.example/x",
        actions: ["packages:install_from_address"],
      },
      { command: "npx github:someone/thing", actions: ["packages:install_from_address"] },
    ],
    misses: [
      { command: "cargo install ripgrep", actions: ["packages:install_from_address"] },
      { command: "npm install dist/thing-1.0.0.tgz", actions: ["packages:install_from_address"] },
      { command: "yarn workspace web add react", actions: ["packages:install_from_address"] },
      {
        command: "cargo install --git https://github.com/rust-lang/josh-sync",
        actions: ["packages:install_from_address"],
      },
      { command: "cargo install --path .", actions: ["packages:install_from_address"] },
      {
        command: "cargo generate --git https://git.example/x/template",
        actions: ["packages:install_from_address"],
      },
      { command: "go install golang.org/x/tools/gopls@latest", actions: ["packages:install_from_address"] },
      {
        command: "pip install -r requirements.txt -i https://pypi.org/simple",
        actions: ["packages:install_from_address"],
      },
      {
        command: "pip install torch --index-url https://download.pytorch.org/whl/cpu",
        actions: ["packages:install_from_address"],
      },
      { command: "npm install @scope/thing ./local/thing", actions: ["packages:install_from_address"] },
      { command: "npm ci --registry https://npm.example", actions: ["packages:install_from_address"] },
      {
        command: "npx create-vite app --template https://git.example/x",
        actions: ["packages:install_from_address"],
      },
      { command: "uv run main.py https://site.example", actions: ["packages:install_from_address"] },
    ],
  },
  judge(invocation, scope) {
    const installer = installers.get(invocation.program);
    const found = installer === undefined ? undefined : foreignPackage(invocation, installer);
    if (found !== undefined) {
      report(scope, invocation, {
        action: "packages:install_from_address",
        effects: ["remote_code_execution"],
        target: found.text,
        because: `\`${invocation.program}\` runs the code of a package from \`${found.text}\`, which no registry has seen`,
        reach: "remote",
      });
    }
  },
};

function foreignPackage(invocation: Invocation, installer: Installer): Word | undefined {
  const args = readArguments(invocation.words, installer.options, fromVerb(invocation));
  const operands = operandsBehind(args, installer, invocation);
  const named = operands === undefined ? [] : (installer.packages ?? []).map((name) => args.values.get(name));
  return [...named, ...(operands ?? [])].find((word) => {
    const text = word === undefined ? "" : word.known ? word.text : word.prefix;
    return (
      (address.test(text) || (installer.shorthand === true && shorthand.test(text))) && !firstParty.test(text)
    );
  });
}

/** `python -m pip …`: the options of the interpreter end there. */
function fromVerb({ words }: Invocation): number {
  return words[1]?.text === "-m" ? 2 : 1;
}

/**
 * Of a runner only the first operand is a package: what follows are the words of the program. Undefined where the verb
 * takes nothing in.
 */
function operandsBehind(
  args: Arguments,
  installer: Installer,
  { program }: Invocation,
): readonly Word[] | undefined {
  const { operands } = args;
  if (installer.verb.test("")) {
    return /^(?:uvx)$/.test(program) && args.values.has("--from") ? [] : operands.slice(0, 1);
  }
  for (const length of [1, 2, 3]) {
    const words = operands.slice(0, length).map((word) => word.text);
    // `yarn workspace NAME add …`
    const verb = (length === 3 ? [words[0], words[2]] : words).join(" ");
    if (installer.verb.test(verb)) {
      const rest = operands.slice(length);
      return /^(?:exec|x|dlx|tool run)$/.test(verb) ? rest.slice(0, 1) : verb === "run" ? [] : rest;
    }
  }
  return undefined;
}
