import type { Base, World } from "./bases.ts";
import { quoteWord } from "./bases.ts";

/** One way of spelling a command so that it reads differently and does the same. */
export interface Technique {
  readonly name: string;
  /** The line, or undefined where the spelling does not fit the command. */
  readonly spell: (base: Base, world: World) => Spelled | string | undefined;
  /** How it is known that the spelling runs the command: under bash with stubs, or only from its documentation. */
  readonly proof: "bash" | "documented";
  /** Programs that the proof needs; without them it is left out. */
  readonly needs?: readonly string[];
  /** Bases, by name, that this spelling turns into something else: a home folder in a container is nobody's. */
  readonly except?: readonly string[];
  /** True where people write like this every day: a harmless command must pass in it. */
  readonly common?: boolean;
}

export interface Spelled {
  readonly command: string;
  /** Files of the working directory, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A spelling of the whole line. */
export function line(
  name: string,
  spell: (command: string) => string,
  more: Partial<Technique> = {},
): Technique {
  return { name, proof: "bash", spell: (base) => spell(base.command), ...more };
}

/** A spelling of the first word; the rest stays as it is. */
export function head(
  name: string,
  spell: (program: string, tail: string) => string | undefined,
  more: Partial<Technique> = {},
): Technique {
  return {
    name,
    proof: "bash",
    spell: ({ command }) => {
      const end = command.indexOf(" ");
      return spell(command.slice(0, end), command.slice(end));
    },
    ...more,
  };
}

/** A spelling of the words of a simple command. */
export function words(
  name: string,
  spell: (words: readonly string[], quoted: string) => string | undefined,
  more: Partial<Technique> = {},
): Technique {
  return {
    name,
    proof: "bash",
    spell: (base) =>
      base.words === undefined ? undefined : spell(base.words, base.words.map(quoteWord).join(" ")),
    ...more,
  };
}

/** A spelling that needs files beside the line. */
export function withFiles(
  name: string,
  spell: (command: string) => Spelled | undefined,
  more: Partial<Technique> = {},
): Technique {
  return { name, proof: "bash", spell: (base) => spell(base.command), ...more };
}

export const quote: (text: string) => string = quoteWord;
export const base64 = (text: string): string => Buffer.from(text).toString("base64");
export const hex = (text: string): string => Buffer.from(text).toString("hex");
export const reversed = (text: string): string => Array.from(text).toReversed().join("");
export const hexEscapes = (text: string): string =>
  bytes(text, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
export const octalEscapes = (text: string): string =>
  bytes(text, (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
export const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (char) =>
    String.fromCharCode(char.charCodeAt(0) + (char.toLowerCase() < "n" ? 13 : -13)),
  );

function bytes(text: string, spell: (byte: number) => string): string {
  return [...Buffer.from(text)].map(spell).join("");
}

/** Text inside double quotes of a language with backslash escapes. */
export const literal = (text: string): string => JSON.stringify(text);
