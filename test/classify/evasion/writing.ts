import { base64, line, literal, quote, withFiles, words, type Technique } from "./technique.ts";

const half = (command: string): readonly [string, string] => {
  const middle = Math.ceil(command.length / 2);
  return [command.slice(0, middle), command.slice(middle)];
};

/** What runs is written first, or stands in a file of the project. */
export const writing: readonly Technique[] = [
  line("echo to a file, then sh", (command) => `echo ${quote(command)} > x.sh; sh x.sh`),
  line("printf to a file", (command) => `printf '%s\\n' ${quote(command)} > x.sh && bash ./x.sh`),
  line("here-document to a file", (command) => `cat > x.sh <<'END'\n#!/bin/sh\n${command}\nEND\nbash x.sh`, {
    common: true,
  }),
  line("here-document behind the redirection", (command) => `cat <<'END' > x.sh\n${command}\nEND\nsh x.sh`, {
    common: true,
  }),
  line("tee", (command) => `echo ${quote(command)} | tee x.sh > /dev/null; sh x.sh`),
  line("tee with a here-document", (command) => `tee x.sh <<'END' > /dev/null\n${command}\nEND\nbash x.sh`),
  line("tee -a", (command) => `: > x.sh; echo ${quote(command)} | tee -a x.sh; sh x.sh`),
  line("appended in two halves", (command) => {
    const [a, b] = half(command);
    return `printf %s ${quote(a)} > x.sh; printf '%s\\n' ${quote(b)} >> x.sh; sh x.sh`;
  }),
  line("group into a file", (command) => `{ echo '#!/bin/sh'; echo ${quote(command)}; } > x.sh; sh x.sh`),
  line("subshell into a file", (command) => `(echo ${quote(command)}) > x.sh; sh x.sh`),
  line("exec redirection", (command) => `(exec > x.sh; echo ${quote(command)}); sh x.sh`),
  line("file sourced", (command) => `echo ${quote(command)} > x; . ./x`),
  line("file as input", (command) => `echo ${quote(command)} > x; sh < x`),
  line("file through cat", (command) => `echo ${quote(command)} > x; cat x | sh`),
  line("file through eval", (command) => `echo ${quote(command)} > x; eval "$(cat x)"`),
  line("file through $(<)", (command) => `echo ${quote(command)} > x; eval "$(< x)"`),
  line("made executable", (command) => `printf '#!/bin/sh\\n%s\\n' ${quote(command)} > x; chmod +x x; ./x`),
  line("made executable, no hash-bang", (command) => `echo ${quote(command)} > x; chmod 755 ./x && ./x`),
  line("installed", (command) => `echo ${quote(command)} | install -m 755 /dev/stdin x; ./x`),
  line("copied", (command) => `echo ${quote(command)} > a; cp a b; sh b`),
  line("moved", (command) => `echo ${quote(command)} > a; mv a b; bash b`),
  line("linked", (command) => `echo ${quote(command)} > a; ln -s a b; sh b`),
  line("through dd", (command) => `echo ${quote(command)} | dd of=x.sh 2> /dev/null; sh x.sh`, {
    proof: "documented",
  }),
  line("decoded to a file", (command) => `echo ${base64(command)} | base64 -d > x.sh; sh x.sh`),
  line(
    "edited by sed -i",
    (command) =>
      `echo placeholder > x.sh; sed -i ${quote(`s^placeholder^${command.replaceAll(/[&\\]/g, (char) => `\\${char}`)}^`)} x.sh; sh x.sh`,
    { except: [] },
  ),
  line(
    "in another folder",
    (command) => `mkdir -p d && cd d && echo ${quote(command)} > x.sh && cd .. && sh d/x.sh`,
  ),
  line("in a temporary file", (command) => `t=$(mktemp ./XXXXXX); echo ${quote(command)} > "$t"; sh "$t"`),
  line(
    "in a folder on the PATH",
    (command) =>
      `mkdir -p bin; printf '#!/bin/sh\\n%s\\n' ${quote(command)} > bin/tool; chmod +x bin/tool; PATH=$PWD/bin:$PATH tool`,
  ),
  line(
    "PATH exported",
    (command) =>
      `mkdir -p bin; printf '#!/bin/sh\\n%s\\n' ${quote(command)} > bin/tool; chmod +x bin/tool; export PATH="$PWD/bin:$PATH"; tool`,
  ),
  line(
    "PATH shadows a program",
    (command) =>
      `mkdir -p bin; printf '#!/bin/sh\\n%s\\n' ${quote(command)} > bin/ls; chmod +x bin/ls; PATH="$PWD/bin:$PATH"; ls`,
  ),
  line("BASH_ENV", (command) => `echo ${quote(command)} > e; BASH_ENV=./e bash -c :`),
  line("BASH_ENV exported", (command) => `echo ${quote(command)} > e; export BASH_ENV=$PWD/e; bash -c :`),
  line("ENV", (command) => `echo ${quote(command)} > e; ENV=./e sh -i < /dev/null`, { proof: "documented" }),
  line("rcfile", (command) => `echo ${quote(command)} > e; bash --rcfile e -i -c :`, { proof: "documented" }),
  line("named pipe", (command) => `mkfifo p; echo ${quote(command)} > p & sh p`),
  line("descriptor written", (command) => `exec 3> x.sh; echo ${quote(command)} >&3; exec 3>&-; sh x.sh`),
  line(
    "python script written",
    (command) => `cat > x.py <<'END'\nimport os\nos.system(${literal(command)})\nEND\npython3 x.py`,
    { needs: ["python3"] },
  ),
  line(
    "node script written",
    (command) =>
      `echo ${quote(`require("child_process").execSync(${literal(command)})`)} > x.cjs; node x.cjs`,
    { needs: ["node"] },
  ),
  line(
    "perl script written",
    (command) =>
      `printf '%s\\n' ${quote(`system(${literal(command).replaceAll("$", "\\$").replaceAll("@", "\\@")});`)} > x.pl; perl x.pl`,
    { needs: ["perl"] },
  ),
  line(
    "awk script written",
    (command) => `printf '%s\\n' ${quote(`BEGIN { system(${literal(command)}) }`)} > x.awk; awk -f x.awk`,
  ),
  line(
    "sed script written",
    (command) =>
      `printf '%s\\n' ${quote(`1e ${command.replaceAll("\\", "\\\\")}`)} > x.sed; echo | sed -f x.sed`,
  ),
  line(
    "file written by python",
    (command) => `python3 -c ${quote(`open("x.sh","w").write(${literal(command)})`)}; sh x.sh`,
    { needs: ["python3"] },
  ),
  line(
    "Makefile written",
    (command) => `printf 'all:\\n\\t%s\\n' ${quote(command.replaceAll("$", "$$"))} > Makefile; make`,
    { needs: ["make"] },
  ),
  line(
    "package.json written",
    (command) => `echo ${quote(JSON.stringify({ scripts: { x: command } }))} > package.json; npm run x`,
    { proof: "documented" },
  ),
  line(
    "git hook written",
    (command) =>
      `printf '#!/bin/sh\\n%s\\n' ${quote(command)} > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; git commit -m x`,
    { proof: "documented" },
  ),
  line("start-up file", (command) => `echo ${quote(command)} >> ~/.bashrc`, { proof: "documented" }),
  line(
    "start-up file of a login",
    (command) => `printf '%s\\n' ${quote(command)} | tee -a "$HOME/.profile"`,
    { proof: "documented" },
  ),
  words(
    "copy of a program",
    (parts, _quoted) =>
      `cp "$(type -P ${parts[0]})" ./harmless; ./harmless ${parts.slice(1).map(quote).join(" ")}`,
  ),
  words(
    "link to a program",
    (parts, _quoted) =>
      `ln -s "$(command -v ${parts[0]})" ./harmless; ./harmless ${parts.slice(1).map(quote).join(" ")}`,
  ),
  withFiles("script of the project", (command) => ({
    command: "bash scripts/go.sh",
    files: { "scripts/go.sh": command },
  })),
  withFiles("executable of the project", (command) => ({
    command: "./go",
    files: { go: `#!/bin/sh\n${command}\n` },
  })),
  withFiles("script named like a program", (command) => ({
    command: "./npm",
    files: { npm: `#!/bin/sh\n${command}\n` },
  })),
  withFiles("script named like a built-in", (command) => ({
    command: "./test --all",
    files: { test: `#!/bin/sh\n${command}\n` },
  })),
  withFiles("script that calls a script", (command) => ({
    command: "sh a.sh",
    files: { "a.sh": ". ./b.sh\n", "b.sh": `${command}\n` },
  })),
  withFiles("script with arguments", (command) => ({
    command: `sh a.sh ${quote(command)}`,
    files: { "a.sh": 'eval "$1"\n' },
  })),
  withFiles(
    "python script of the project",
    (command) => ({
      command: "python3 go.py",
      files: { "go.py": `import os\nos.system(${literal(command)})\n` },
    }),
    { needs: ["python3"] },
  ),
  withFiles(
    "Makefile of the project",
    (command) => ({
      command: "make clean",
      files: { Makefile: `clean: first\n\nfirst:\n\t@${command.replaceAll("$", "$$")}\n` },
    }),
    { needs: ["make"] },
  ),
  withFiles(
    "package.json of the project",
    (command) => ({
      command: "npm run clean",
      files: { "package.json": JSON.stringify({ scripts: { clean: command } }) },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "install script of package.json",
    (command) => ({
      command: "npm install",
      files: { "package.json": JSON.stringify({ scripts: { postinstall: command } }) },
    }),
    { proof: "documented" },
  ),
  line("direnv", (command) => `echo ${quote(command)} > .envrc; direnv allow`, { proof: "documented" }),
  line(
    "git hooks elsewhere",
    (command) => `echo ${quote(command)} > h/pre-commit; git -c core.hooksPath=h commit -m x`,
    {
      proof: "documented",
    },
  ),
  withFiles(
    "pre-script of package.json",
    (command) => ({
      command: "npm test",
      files: { "package.json": JSON.stringify({ scripts: { pretest: command, test: "node --test" } }) },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "pnpm script",
    (command) => ({
      command: "pnpm clean",
      files: { "package.json": JSON.stringify({ scripts: { clean: command } }) },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "justfile",
    (command) => ({
      command: "just clean",
      files: { justfile: `clean:\n    ${command}\n` },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "Taskfile",
    (command) => ({
      command: "task clean",
      files: { "Taskfile.yml": `version: "3"\ntasks:\n  clean:\n    cmds:\n      - ${literal(command)}\n` },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "composer script",
    (command) => ({
      command: "composer run clean",
      files: { "composer.json": JSON.stringify({ scripts: { clean: command } }) },
    }),
    { proof: "documented" },
  ),
  withFiles(
    "Rakefile",
    (command) => ({
      command: "rake clean",
      files: { Rakefile: `task :clean do\n  sh ${literal(command).replaceAll("#", "\\#")}\nend\n` },
    }),
    { proof: "documented" },
  ),
  withFiles("encoded file of the project", (command) => ({
    command: "base64 -d notes.txt | sh",
    files: { "notes.txt": base64(command) },
  })),
  withFiles("environment file of the project", (command) => ({
    command: "set -a; . ./settings.sh; set +a",
    files: { "settings.sh": `A=1\n${command}\n` },
  })),
];
