import { base64, hexEscapes, quote } from "./technique.ts";

/** A spelling in a shell that is not proved here: the machine that tests has none of it. */
export interface DialectTechnique {
  readonly name: string;
  readonly spell: (command: string) => string | undefined;
}

/** Bash text is read by zsh in the same way, but for what it has of its own. */
export const zsh: readonly DialectTechnique[] = [
  { name: "as it is", spell: (command) => command },
  { name: "noglob", spell: (command) => `noglob ${command}` },
  { name: "nocorrect", spell: (command) => `nocorrect ${command}` },
  { name: "repeat", spell: (command) => `repeat 1 ${command}` },
  { name: "dash", spell: (command) => `- ${command}` },
  { name: "equals", spell: (command) => `=${command}` },
  { name: "short loop", spell: (command) => `for i (1) { ${command} }` },
  { name: "short condition", spell: (command) => `if [[ 1 ]] { ${command} }` },
  { name: "anonymous function", spell: (command) => `() { ${command} }` },
  { name: "split by flag", spell: (command) => `x=${quote(command)}; \${=x}` },
  { name: "split by (z)", spell: (command) => `x=${quote(command)}; \${(z)x}` },
  { name: "evaluated by (e)", spell: (command) => `x=${quote(`$(${command})`)}; echo \${(e)x}` },
  { name: "joined flag", spell: (command) => `echo \${(f)"$(${command})"}` },
  { name: "global alias", spell: (command) => `alias -g X=${quote(command)}; eval X` },
  { name: "suffix alias", spell: (command) => `alias -s x=${quote(command)}; ./a.x` },
  { name: "hook", spell: (command) => `precmd() { ${command}; }` },
  { name: "always", spell: (command) => `{ true } always { ${command} }` },
  { name: "zsh -c", spell: (command) => `zsh -c ${quote(command)}` },
  { name: "zsh -ic", spell: (command) => `zsh -ic ${quote(command)}` },
  { name: "print -z", spell: (command) => `print -r -- ${quote(command)} | zsh` },
  { name: "ANSI-C", spell: (command) => `eval $'${hexEscapes(command)}'` },
  { name: "code in the qualifiers of a glob", spell: (command) => `ls *(e:${quote(command)}:)` },
  {
    name: "list by its name",
    spell: (command) => (/['"~|]/.test(command) ? undefined : `x=(${command}); $x`),
  },
  { name: "table of functions", spell: (command) => `functions[f]=${quote(command)}; f` },
  { name: "table of aliases", spell: (command) => `aliases[x]=${quote(command)}; x` },
  { name: "prompt", spell: (command) => `setopt promptsubst; PROMPT=${quote(`$(${command})`)}` },
  { name: "scheduled", spell: (command) => `sched +00:01 ${quote(command)}` },
  { name: "pseudo terminal", spell: (command) => `zpty x ${quote(command)}` },
  { name: "key", spell: (command) => `bindkey -s '^X' ${quote(`${command}\n`)}` },
  { name: "filter as a global alias", spell: (command) => `alias -g L='| less'; ${command}` },
  { name: "fish", spell: (command) => `fish -c ${quote(command)}` },
  { name: "fish by pipe", spell: (command) => `echo ${quote(command)} | fish` },
  { name: "nu", spell: (command) => `nu -c ${quote(`^${command}`)}` },
  { name: "xonsh", spell: (command) => `xonsh -c ${quote(command)}` },
  { name: "csh", spell: (command) => `csh -fc ${quote(command)}` },
];

export const powershellBases: readonly string[] = [
  "Remove-Item -Recurse -Force C:\\Users\\dev",
  "Remove-Item -Recurse -Force ~",
  "Format-Volume -DriveLetter D -Confirm:$false",
  "git reset --hard HEAD~3",
  "git push --force origin main",
  "railway volume delete --volume data --yes",
  "kubectl delete namespace production",
  "terraform destroy -auto-approve",
  "aws s3 rb s3://company-backups --force",
  "Stop-Computer -Force",
];

const single = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const encoded = (text: string): string => Buffer.from(text, "utf16le").toString("base64");
const cut = (text: string): readonly [string, string] => {
  const middle = Math.min(4, text.length);
  return [text.slice(0, middle), text.slice(middle)];
};
const parted = (command: string): readonly [string, string] => {
  const end = command.indexOf(" ");
  return [command.slice(0, end), command.slice(end)];
};

export const powershell: readonly DialectTechnique[] = [
  { name: "as it is", spell: (command) => command },
  { name: "upper case", spell: (command) => (/^[A-Z]/.test(command) ? command.toUpperCase() : command) },
  {
    name: "backticks",
    spell: (command) => `${command.slice(0, 1)}\`${command.slice(1)}`.replace(/^(.)`([abefnrtuv0])/, "$1$2"),
  },
  { name: "call operator", spell: (command) => `& ${single(parted(command)[0])}${parted(command)[1]}` },
  { name: "call operator, quoted", spell: (command) => `& "${parted(command)[0]}"${parted(command)[1]}` },
  { name: "dot operator", spell: (command) => `. ${single(parted(command)[0])}${parted(command)[1]}` },
  {
    name: "joined name",
    spell: (command) => {
      const [program, tail] = parted(command);
      return `& ('${program.slice(0, 2)}'+'${program.slice(2)}')${tail}`;
    },
  },
  {
    name: "formatted name",
    spell: (command) => {
      const [program, tail] = parted(command);
      return `& ("{1}{0}" -f '${program.slice(2)}','${program.slice(0, 2)}')${tail}`;
    },
  },
  {
    name: "name in a variable",
    spell: (command) => `$c = '${parted(command)[0]}'; & $c${parted(command)[1]}`,
  },
  { name: "script block", spell: (command) => `& { ${command} }` },
  { name: "script block in a variable", spell: (command) => `$b = { ${command} }; & $b` },
  { name: "script block created", spell: (command) => `[scriptblock]::Create(${single(command)}).Invoke()` },
  { name: "iex", spell: (command) => `iex ${single(command)}` },
  { name: "Invoke-Expression", spell: (command) => `Invoke-Expression -Command ${single(command)}` },
  {
    name: "iex of two halves",
    spell: (command) => `iex ('${cut(command)[0]}' + ${single(cut(command)[1])})`,
  },
  { name: "pipe into iex", spell: (command) => `${single(command)} | iex` },
  { name: "iex of a variable", spell: (command) => `$x = ${single(command)}; iex $x` },
  {
    name: "iex of base64",
    spell: (command) =>
      `iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('${base64(command)}')))`,
  },
  { name: "powershell -Command", spell: (command) => `powershell -NoProfile -Command "${command}"` },
  { name: "pwsh -c", spell: (command) => `pwsh -c ${single(command)}` },
  { name: "encoded command", spell: (command) => `powershell -EncodedCommand ${encoded(command)}` },
  { name: "encoded command, short", spell: (command) => `powershell -e ${encoded(command)}` },
  { name: "Start-Process", spell: (command) => `Start-Process powershell -ArgumentList '-c','${command}'` },
  { name: "Invoke-Command", spell: (command) => `Invoke-Command -ScriptBlock { ${command} }` },
  { name: "Start-Job", spell: (command) => `Start-Job { ${command} } | Wait-Job` },
  { name: "ForEach-Object", spell: (command) => `1 | ForEach-Object { ${command} }` },
  { name: "percent", spell: (command) => `1..1 | % { ${command} }` },
  { name: "foreach", spell: (command) => `foreach ($i in 1) { ${command} }` },
  { name: "condition", spell: (command) => `if ($true) { ${command} } else { }` },
  { name: "try", spell: (command) => `try { ${command} } catch { }` },
  { name: "function", spell: (command) => `function f { ${command} }; f` },
  { name: "alias", spell: (command) => `Set-Alias x ${parted(command)[0]}; x${parted(command)[1]}` },
  { name: "new alias", spell: (command) => `nal x ${parted(command)[0]}; x${parted(command)[1]}` },
  { name: "comment before", spell: (command) => `# just a look\n${command}` },
  { name: "block comment", spell: (command) => `<# look #> ${command}` },
  { name: "behind another", spell: (command) => `Get-Date; ${command}` },
  { name: "continued line", spell: (command) => `${parted(command)[0]} \`\n${parted(command)[1]}` },
  { name: "substitution", spell: (command) => `Write-Host "$(${command})"` },
  { name: "assigned", spell: (command) => `$r = ${command}` },
  { name: "cmd /c", spell: (command) => (/^[A-Z]/.test(command) ? undefined : `cmd /c "${command}"`) },
  { name: "bash -c", spell: (command) => (/^[A-Z]/.test(command) ? undefined : `bash -c "${command}"`) },
  { name: "wsl", spell: (command) => (/^[A-Z]/.test(command) ? undefined : `wsl -e ${command}`) },
];

export const cmdBases: readonly string[] = [
  "rd /s /q C:\\Users\\dev",
  "del /f /s /q C:\\Users\\dev\\*",
  "format D: /q /y",
  "git reset --hard HEAD~3",
  "railway volume delete --volume data --yes",
  "kubectl delete namespace production",
  "terraform destroy -auto-approve",
  "shutdown /s /t 0",
];

export const cmd: readonly DialectTechnique[] = [
  { name: "as it is", spell: (command) => command },
  { name: "upper case", spell: (command) => parted(command)[0].toUpperCase() + parted(command)[1] },
  { name: "carets", spell: (command) => `${command.slice(0, 1)}^${command.slice(1)}` },
  { name: "quotes", spell: (command) => `"${parted(command)[0]}"${parted(command)[1]}` },
  { name: "at sign", spell: (command) => `@${command}` },
  { name: "behind another", spell: (command) => `echo a & ${command}` },
  { name: "group", spell: (command) => `(${command})` },
  { name: "condition", spell: (command) => `if exist C:\\ (${command})` },
  { name: "condition without a group", spell: (command) => `if not exist C:\\x ${command}` },
  { name: "loop", spell: (command) => `for %i in (1) do ${command}` },
  { name: "cmd /c", spell: (command) => `cmd /c ${command}` },
  { name: "cmd /c quoted", spell: (command) => `cmd.exe /d /s /c "${command}"` },
  { name: "call", spell: (command) => `call ${command}` },
  { name: "start", spell: (command) => `start /b ${command}` },
  { name: "variable", spell: (command) => `set x=${parted(command)[0]}& %x%${parted(command)[1]}` },
  { name: "for /f", spell: (command) => `for /f %i in ('${command}') do echo %i` },
  { name: "pipe into cmd", spell: (command) => `echo ${command} | cmd` },
  { name: "forfiles", spell: (command) => `forfiles /c "cmd /c ${command}"` },
  {
    name: "powershell",
    spell: (command) => (/^(?:rd|del|format|shut)/.test(command) ? undefined : `powershell -c "${command}"`),
  },
];
