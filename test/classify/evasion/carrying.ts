import { base64, hex, line, literal, quote, words, type Technique } from "./technique.ts";

/** Text inside the double quotes of Perl, Ruby or PHP, where `$` and `@` stand for variables. */
const interpolated = (text: string): string => `"${text.replaceAll(/["\\$@#]/g, (char) => `\\${char}`)}"`;
const python = { needs: ["python3"] };
const perl = { needs: ["perl"] };
const node = { needs: ["node"] };

/** Programs that run what an option or their own language says. */
export const carrying: readonly Technique[] = [
  line(
    "python os.system",
    (command) => `python3 -c ${quote(`import os; os.system(${literal(command)})`)}`,
    python,
  ),
  line(
    "python subprocess",
    (command) => `python3 -c ${quote(`import subprocess as s\ns.run(${literal(command)}, shell=True)`)}`,
    python,
  ),
  words(
    "python list",
    (parts) => `python3 -c ${quote(`import subprocess; subprocess.run(${JSON.stringify(parts)})`)}`,
    python,
  ),
  line(
    "python variable",
    (command) => `python3 -c ${quote(`import os\nc=${literal(command)}\nos.system(c)`)}`,
    python,
  ),
  line(
    "python os.popen",
    (command) => `python3 -c ${quote(`import os; print(os.popen(${literal(command)}).read())`)}`,
    python,
  ),
  words(
    "python execvp",
    (parts) =>
      `python3 -c ${quote(`import os; os.execvp(${literal(parts[0] ?? "")}, ${JSON.stringify(parts)})`)}`,
    python,
  ),
  line(
    "python __import__",
    (command) => `python3 -c ${quote(`__import__("os").system(${literal(command)})`)}`,
    python,
  ),
  line(
    "python getattr",
    (command) => `python3 -c ${quote(`import os; getattr(os, "sys"+"tem")(${literal(command)})`)}`,
    python,
  ),
  line(
    "python exec of base64",
    (command) =>
      `python3 -c ${quote(`import base64;exec(base64.b64decode("${base64(`import os;os.system(${literal(command)})`)}"))`)}`,
    python,
  ),
  line(
    "python decoded argument",
    (command) =>
      `python3 -c ${quote(`import os,base64; os.system(base64.b64decode("${base64(command)}").decode())`)}`,
    python,
  ),
  line(
    "python hex argument",
    (command) => `python3 -c ${quote(`import os; os.system(bytes.fromhex("${hex(command)}").decode())`)}`,
    python,
  ),
  line(
    "python joined",
    (command) =>
      `python3 -c ${quote(`import os; os.system(${literal(command.slice(0, 4))} + ${literal(command.slice(4))})`)}`,
    python,
  ),
  line(
    "python here-document",
    (command) => `python3 - <<'END'\nimport os\nos.system(${literal(command)})\nEND`,
    python,
  ),
  line(
    "python by pipe",
    (command) => `echo ${quote(`import os; os.system(${literal(command)})`)} | python3`,
    python,
  ),
  line(
    "python chr",
    (command) =>
      `python3 -c ${quote(`import os; os.system("".join(map(chr, [${[...Buffer.from(command)].join(",")}])))`)}`,
    python,
  ),
  line(
    "node execSync",
    (command) =>
      `node -e ${quote(`require("child_process").execSync(${literal(command)}, {stdio: "inherit"})`)}`,
    node,
  ),
  line(
    "node exec renamed",
    (command) =>
      `node -e ${quote(`const {execSync: e} = require("node:child_process"); e(${literal(command)})`)}`,
    node,
  ),
  line(
    "node spawn",
    (command) => `node -e ${quote(`require("child_process").spawnSync("sh", ["-c", ${literal(command)}])`)}`,
    node,
  ),
  line(
    "node decoded",
    (command) =>
      `node -e ${quote(`require("child_process").execSync(Buffer.from("${base64(command)}", "base64").toString())`)}`,
    node,
  ),
  line(
    "node by pipe",
    (command) => `echo ${quote(`require("child_process").execSync(${literal(command)})`)} | node`,
    node,
  ),
  line(
    "node import",
    (command) =>
      `node --input-type=module -e ${quote(`import { execSync } from "child_process"; execSync(${literal(command)})`)}`,
    node,
  ),
  line(
    "node -p",
    (command) =>
      `node -p ${quote(`process.mainModule.require("child_process").execSync(${literal(command)})`)}`,
    { proof: "documented" },
  ),
  line("perl system", (command) => `perl -e ${quote(`system(${interpolated(command)})`)}`, perl),
  line("perl exec", (command) => `perl -e ${quote(`exec ${interpolated(command)};`)}`, perl),
  line(
    "perl backticks",
    (command) => (/[`\\$@]/.test(command) ? "" : `perl -e ${quote(`print \`${command}\``)}`),
    { ...perl, except: ["incident", "piped upload", "upload"] },
  ),
  line("perl qx", (command) => `perl -e ${quote(`$x = qx{${command}}`)}`, {
    ...perl,
    except: ["incident", "piped upload", "upload"],
  }),
  line(
    "perl open",
    (command) => `perl -e ${quote(`open(F, ${interpolated(`${command} |`)}); print <F>`)}`,
    perl,
  ),
  line(
    "perl decoded",
    (command) => `perl -MMIME::Base64 -e ${quote(`system(decode_base64("${base64(command)}"))`)}`,
    perl,
  ),
  words("perl list", (parts) => `perl -e ${quote(`system(${parts.map(interpolated).join(", ")})`)}`, perl),
  line("ruby system", (command) => `ruby -e ${quote(`system(${interpolated(command)})`)}`, {
    needs: ["ruby"],
  }),
  line("ruby backticks", (command) => `ruby -e ${quote(`puts \`${command}\``)}`, { needs: ["ruby"] }),
  line("php system", (command) => `php -r ${quote(`system(${interpolated(command)});`)}`, { needs: ["php"] }),
  line("lua", (command) => `lua -e ${quote(`os.execute(${literal(command)})`)}`, { needs: ["lua"] }),
  line("tclsh", (command) => `echo ${quote(`exec sh -c {${command}}`)} | tclsh`, { needs: ["tclsh"] }),
  line("expect", (command) => `expect -c ${quote(`spawn sh -c {${command}}; expect eof`)}`, {
    needs: ["expect"],
  }),
  line("awk system", (command) => `awk ${quote(`BEGIN { system(${literal(command)}) }`)}`),
  line("awk pipe", (command) => `awk ${quote(`BEGIN { print ${literal(command)} | "sh" }`)}`),
  line("awk getline", (command) => `awk ${quote(`BEGIN { ${literal(command)} | getline x }`)}`),
  line("sed e", (command) => `echo x | sed ${quote(`1e ${command.replaceAll("\\", "\\\\")}`)}`),
  line("sed s///e", (command) => `echo ${quote(command)} | sed 's/^//e'`),
  line("ed", (command) => `printf '%s\\n' ${quote(`!${command}`)} q | ed -s`, { needs: ["ed"] }),
  line(
    "vim",
    (command) => `vim -es -c ${quote(`!${command.replaceAll(/[!%#|]/g, (char) => `\\${char}`)}`)} -c qa!`,
    { proof: "documented" },
  ),
  line("ex", (command) => `ex -s -c ${quote(`!${command}`)} -c q!`, { proof: "documented" }),
  line("gdb", (command) => `gdb -batch -ex ${quote(`!${command}`)}`, { needs: ["gdb"] }),
  line("sqlite3 shell", (command) => `sqlite3 :memory: ${quote(`.shell ${command}`)}`, {
    proof: "documented",
  }),
  line("psql \\!", (command) => `psql -c ${quote(`\\! ${command}`)}`, { proof: "documented" }),
  line("mysql \\!", (command) => `mysql -e ${quote(`\\! ${command}`)}`, { proof: "documented" }),
  line(
    "tar checkpoint",
    (command) => `tar cf /dev/null --checkpoint=1 --checkpoint-action=exec=${quote(command)} .`,
  ),
  line(
    "tar compressor",
    (command) => `tar cf x.tar -I ${quote(`sh -c '${command.replaceAll("'", "'\\''")}'`)} .`,
    { proof: "documented" },
  ),
  line("tar --to-command", (command) => `tar xf x.tar --to-command=${quote(command)}`, {
    proof: "documented",
  }),
  line(
    "make -f -",
    (command) => `printf '%s\\n' ${quote(`all: ; ${command.replaceAll("$", "$$")}`)} | make -f -`,
    { needs: ["make"] },
  ),
  line("make --eval", (command) => `make --eval=${quote(`all: ; ${command.replaceAll("$", "$$")}`)}`, {
    needs: ["make"],
  }),
  line(
    "make shell function",
    (command) => `make --eval=${quote(`x := $(shell ${command.replaceAll("$", "$$")})\nall:`)}`,
    { proof: "documented" },
  ),
  line(
    "make SHELL",
    (command) => `make SHELL=/bin/sh -f <(printf 'all:\\n\\t%s\\n' ${quote(command.replaceAll("$", "$$"))})`,
    { needs: ["make"] },
  ),
  line("git alias", (command) => `git -c ${quote(`alias.x=!${command}`)} x`, { proof: "documented" }),
  line("git alias configured", (command) => `git config alias.x ${quote(`!${command}`)} && git x`, {
    proof: "documented",
  }),
  line("git pager", (command) => `git -c core.pager=${quote(command)} log`, { proof: "documented" }),
  line("git ssh", (command) => `git -c core.sshCommand=${quote(command)} fetch`, { proof: "documented" }),
  line("git editor", (command) => `git -c core.editor=${quote(command)} commit --amend`, {
    proof: "documented",
  }),
  line("git fsmonitor", (command) => `git -c core.fsmonitor=${quote(command)} status`, {
    proof: "documented",
  }),
  line("git rebase --exec", (command) => `git rebase HEAD~1 --exec ${quote(command)}`, {
    proof: "documented",
  }),
  line("git bisect run", (command) => `git bisect run sh -c ${quote(command)}`, { proof: "documented" }),
  line("git submodule foreach", (command) => `git submodule foreach ${quote(command)}`, {
    proof: "documented",
  }),
  line("git filter-branch", (command) => `git filter-branch --tree-filter ${quote(command)} HEAD`, {
    proof: "documented",
  }),
  line("GIT_SSH_COMMAND", (command) => `GIT_SSH_COMMAND=${quote(command)} git fetch origin`, {
    proof: "documented",
  }),
  line("GIT_PAGER", (command) => `GIT_PAGER=${quote(command)} git -p log`, { proof: "documented" }),
  line("GIT_EDITOR", (command) => `GIT_EDITOR=${quote(command)} git commit`, { proof: "documented" }),
  line("GIT_EXTERNAL_DIFF", (command) => `GIT_EXTERNAL_DIFF=${quote(command)} git diff`, {
    proof: "documented",
  }),
  line(
    "GIT_CONFIG variables",
    (command) =>
      `GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.pager GIT_CONFIG_VALUE_0=${quote(command)} git -p log`,
    { proof: "documented" },
  ),
  line("EDITOR", (command) => `EDITOR=${quote(command)} crontab -e`, { proof: "documented" }),
  line("PAGER", (command) => `PAGER=${quote(command)} man ls`, { proof: "documented" }),
  line("env PAGER", (command) => `env PAGER=${quote(command)} git log`, { proof: "documented" }),
  line("exported PAGER", (command) => `export PAGER=${quote(command)}; man ls`, { proof: "documented" }),
  line("LESSOPEN", (command) => `LESSOPEN=${quote(`|${command}`)} less README.md`, { proof: "documented" }),
  line("rsync -e", (command) => `rsync -e ${quote(`sh -c ${quote(command)}`)} a host:b`, {
    proof: "documented",
  }),
  line("ssh ProxyCommand", (command) => `ssh -o ProxyCommand=${quote(command)} x`, { proof: "documented" }),
  line(
    "ssh LocalCommand",
    (command) => `ssh -o PermitLocalCommand=yes -o ${quote(`LocalCommand=${command}`)} x`,
    { proof: "documented" },
  ),
  line("scp -S", (command) => `scp -o ProxyCommand=${quote(command)} a x:`, { proof: "documented" }),
  line("zip -TT", (command) => `zip x.zip README.md -T -TT ${quote(command)}`, { proof: "documented" }),
  line("man pager", (command) => `man -P ${quote(command)} ls`, { proof: "documented" }),
  line("less", (command) => `less +${quote(`!${command}`)} README.md`, { proof: "documented" }),
  line("npm script shell", (command) => `npm config set script-shell x; npm exec -c ${quote(command)}`, {
    proof: "documented",
  }),
  line("cargo alias", (command) => `cargo --config ${quote(`alias.x=["run"]`)} x; sh -c ${quote(command)}`, {
    proof: "documented",
  }),
  line("socat", (command) => `socat - EXEC:${quote(`sh -c ${quote(command)}`)}`, { proof: "documented" }),
  line("nc -c", (command) => `nc -l 1234 -c ${quote(command)}`, { proof: "documented" }),
  line("split --filter", (command) => `echo x | split --filter=${quote(command)}`),
  line("sort --compress-program", (command) => `sort -S 1 --compress-program ${quote(command)} x`, {
    proof: "documented",
  }),
  line("entr", (command) => `ls | entr -s ${quote(command)}`, { proof: "documented" }),
  line("nodemon", (command) => `nodemon --exec ${quote(command)}`, { proof: "documented" }),
  line("concurrently", (command) => `concurrently ${quote(command)} ${quote("npm test")}`, {
    proof: "documented",
  }),
  line("osascript", (command) => `osascript -e ${quote(`do shell script ${literal(command)}`)}`, {
    proof: "documented",
  }),
  line("nested agent", (command) => `claude --dangerously-skip-permissions -p ${quote(`run ${command}`)}`, {
    proof: "documented",
  }),
];
