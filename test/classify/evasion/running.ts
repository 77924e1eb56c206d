import { line, quote, words, type Technique } from "./technique.ts";

/** Quoted for a shell within a shell, as many times as asked. */
function nested(command: string, depth: number): string {
  let text = command;
  for (let level = 0; level < depth; level += 1) {
    text = `${level % 2 === 0 ? "sh" : "bash"} -c ${quote(text)}`;
  }
  return text;
}

/** A container has a home, a disk and a working copy of its own; what it sends and asks of others is the same. */
const inContainer = [
  "home folder",
  "reset",
  "git clean",
  "disk",
  "file system",
  "key",
  "permissions",
  "upload",
  "piped upload",
  "remote code",
];

/** Shells that are given the line, and wrappers in front of a command. */
export const running: readonly Technique[] = [
  line("bash -c", (command) => `bash -c ${quote(command)}`, { common: true }),
  line("sh -c", (command) => `sh -c ${quote(command)}`, { common: true }),
  line("bash -ec", (command) => `bash -euo pipefail -c ${quote(command)}`, { common: true }),
  line("bash -xc", (command) => `bash -xc ${quote(command)}`),
  line("bash -lc", (command) => `bash -lc ${quote(command)}`, { proof: "documented", common: true }),
  line("absolute shell", (command) => `/bin/bash -c ${quote(command)}`),
  line("nested five deep", (command) => nested(command, 5)),
  line("here-document", (command) => `bash <<'END'\n${command}\nEND`, { common: true }),
  line("here-document with dashes", (command) => `sh -s -- a b <<-'END'\n\t${command}\n\tEND`),
  line("here-document unquoted", (command) =>
    /[$`\\]/.test(command) ? undefined! : `bash <<END\n${command}\nEND`,
  ),
  line("here-string", (command) => `sh <<< ${quote(command)}`),
  line("echo into sh", (command) => `echo ${quote(command)} | sh`),
  line("printf into bash", (command) => `printf '%s\\n' ${quote(command)} | bash`),
  line("cat into bash", (command) => `cat <<'END' | bash\n${command}\nEND`),
  line("input redirected from a process", (command) => `bash < <(echo ${quote(command)})`),
  line("process as a file", (command) => `bash <(echo ${quote(command)})`),
  line("sourced process", (command) => `. <(echo ${quote(command)})`),
  line("sourced input", (command) => `. /dev/stdin <<< ${quote(command)}`),
  line("sourced descriptor", (command) => `exec 3<<< ${quote(command)}; . /dev/fd/3`),
  line("shell on a descriptor", (command) => `exec 3<<< ${quote(command)}; sh <&3`),
  line("bash on /dev/fd", (command) => `bash /dev/fd/3 3<<< ${quote(command)}`),
  line("bash on /dev/stdin", (command) => `bash /dev/stdin <<< ${quote(command)}`),
  line("shell as an output process", (command) => `echo ${quote(command)} > >(sh); sleep 0.2`),
  line("tee into a shell", (command) => `echo ${quote(command)} | tee >(sh) > /dev/null; sleep 0.2`),
  line("xargs with an item", (command) => `echo ${quote(command)} | xargs -d '\\n' -I{} sh -c {}`),
  line("xargs with sh -c", (command) => `printf '%s\\0' ${quote(command)} | xargs -0 -n 1 sh -c`),
  words("xargs with words", (parts) =>
    parts.some((part) => /[\s"'\\]/.test(part)) ? undefined : `echo ${quote(parts.join(" "))} | xargs env`,
  ),
  words("xargs with arguments", (parts) =>
    parts.some((part) => /[\s"'\\]/.test(part))
      ? undefined
      : `echo ${quote(parts.slice(1).join(" "))} | xargs ${parts[0]}`,
  ),
  words("xargs -0 with words", (parts, quoted) =>
    parts.length === 0 ? undefined : `printf '%s\\0' ${quoted} | xargs -0 env`,
  ),
  words("xargs from a file", (parts, quoted) =>
    parts.length === 0 ? undefined : `printf '%s\\0' ${quoted} > args; xargs -0 -a args env`,
  ),
  line("parallel", (command) => `parallel ::: ${quote(command)}`, { needs: ["parallel"] }),
  line("parallel from input", (command) => `echo ${quote(command)} | parallel`, { needs: ["parallel"] }),
  words("find -exec", (_parts, quoted) => `find . -maxdepth 0 -exec ${quoted} \\;`),
  line("find -exec sh -c", (command) => `find . -maxdepth 0 -exec sh -c ${quote(command)} \\;`),
  line("find -execdir sh -c", (command) => `find . -maxdepth 0 -execdir sh -c ${quote(command)} {} +`, {
    proof: "documented",
  }),
  line("env", (command) => `env A=1 sh -c ${quote(command)}`),
  words("env with words", (_parts, quoted) => `env -u NOTHING A=1 ${quoted}`),
  words("env -S", (parts) =>
    parts.some((part) => /["'\\$]/.test(part))
      ? undefined
      : `env -S ${quote(parts.map((part) => (part.includes(" ") ? `"${part}"` : part)).join(" "))}`,
  ),
  words("sudo", (_parts, quoted) => `sudo -n ${quoted}`),
  words("sudo as somebody", (_parts, quoted) => `sudo -u deploy -- ${quoted}`),
  line("sudo sh -c", (command) => `sudo sh -c ${quote(command)}`),
  words("doas", (_parts, quoted) => `doas ${quoted}`),
  line("su -c", (command) => `su root -c ${quote(command)}`),
  words("nohup", (_parts, quoted) => `nohup ${quoted} > /dev/null 2>&1 & wait`),
  words("setsid", (_parts, quoted) => `setsid ${quoted}`, { needs: ["setsid"] }),
  words("timeout", (_parts, quoted) => `timeout -k 1 5 ${quoted}`, { common: true }),
  words("nice", (_parts, quoted) => `nice -n 10 ${quoted}`),
  words("ionice", (_parts, quoted) => `ionice -c 3 ${quoted}`, { needs: ["ionice"] }),
  words("stdbuf", (_parts, quoted) => `stdbuf -oL ${quoted}`, { needs: ["stdbuf"] }),
  words(
    "a chain of wrappers",
    (_parts, quoted) => `env A=1 timeout 5 nice -n 1 nohup setsid stdbuf -o0 ${quoted}`,
  ),
  words("sudo chain", (_parts, quoted) => `sudo -E env A=1 timeout 5 bash -c '"$@"' _ ${quoted}`),
  words("exec", (_parts, quoted) => `exec ${quoted}`),
  words("command", (_parts, quoted) => `command -- ${quoted}`),
  words("time program", (_parts, quoted) => `command time ${quoted}`, { proof: "documented" }),
  line("flock -c", (command) => `flock lock -c ${quote(command)}`, { needs: ["flock"] }),
  words("flock", (_parts, quoted) => `flock lock ${quoted}`, { needs: ["flock"] }),
  line("script -c", (command) => `script -qec ${quote(command)} /dev/null`, { needs: ["script"] }),
  words("strace", (_parts, quoted) => `strace -f -o /dev/null ${quoted}`, { proof: "documented" }),
  words("busybox", (_parts, quoted) => `busybox ${quoted}`),
  line("busybox sh", (command) => `busybox sh -c ${quote(command)}`),
  words("toybox", (_parts, quoted) => `toybox ${quoted}`),
  line("watch", (command) => `watch -n 1 ${quote(command)}`, { proof: "documented" }),
  line("ssh", (command) => `ssh db.example.com ${quote(command)}`, {
    // A secret of this machine is none of that one's, and a remote working copy is not ours to know.
    except: [],
  }),
  line(
    "ssh with options",
    (command) => `ssh -o StrictHostKeyChecking=no -p 2222 root@db.example.com -- ${quote(command)}`,
  ),
  line("ssh by here-document", (command) => `ssh db.example.com <<'END'\n${command}\nEND`),
  line("ssh bash -s", (command) => `echo ${quote(command)} | ssh db.example.com bash -s`),
  line("kubectl exec", (command) => `kubectl exec -n main web-0 -- sh -c ${quote(command)}`),
  line("docker exec", (command) => `docker exec web sh -c ${quote(command)}`, { except: inContainer }),
  line("docker run", (command) => `docker run --rm -v /:/host tools sh -c ${quote(command)}`, {
    except: inContainer,
  }),
  line("compose exec", (command) => `docker compose exec -T web sh -c ${quote(command)}`, {
    except: inContainer,
  }),
  line("npx -c", (command) => `npx -c ${quote(command)}`),
  line("npm exec -c", (command) => `npm exec -c ${quote(command)}`),
  line("systemd-run", (command) => `systemd-run --user sh -c ${quote(command)}`),
  line("at", (command) => `echo ${quote(command)} | at now`, { proof: "documented" }),
  line("batch", (command) => `batch <<< ${quote(command)}`, { proof: "documented" }),
  line("crontab", (command) => `echo ${quote(`* * * * * ${command}`)} | crontab -`, { proof: "documented" }),
  line("tmux", (command) => `tmux new-session -d ${quote(command)}`, { proof: "documented" }),
  line("tmux send-keys", (command) => `tmux send-keys -t main ${quote(command)} Enter`, {
    proof: "documented",
  }),
  line("screen", (command) => `screen -dm sh -c ${quote(command)}`, { proof: "documented" }),
  line("dynamic loader", (command) => `/lib64/ld-linux-x86-64.so.2 /bin/sh -c ${quote(command)}`, {
    proof: "documented",
  }),
  line("chroot", (command) => `chroot / sh -c ${quote(command)}`, { proof: "documented" }),
  line("nsenter", (command) => `nsenter -t 1 -m -- sh -c ${quote(command)}`, { proof: "documented" }),
  line("unshare", (command) => `unshare -r sh -c ${quote(command)}`, { proof: "documented" }),
  line(
    "coproc shell",
    (command) => `coproc sh; echo ${quote(command)} >&"\${COPROC[1]}"; sleep 0.2; exec {COPROC[1]}>&-; wait`,
  ),
];
