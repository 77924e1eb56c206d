import { carrying } from "./carrying.ts";
import { decoding } from "./decoding.ts";
import { doors } from "./doors.ts";
import { indirection } from "./indirection.ts";
import { pasts } from "./pasts.ts";
import { quoting } from "./quoting.ts";
import { running } from "./running.ts";
import type { Technique } from "./technique.ts";
import { writing } from "./writing.ts";

/** Every way of spelling a command that is known here. */
export const techniques: readonly Technique[] = [
  ...quoting,
  ...indirection,
  ...pasts,
  ...decoding,
  ...running,
  ...carrying,
  ...doors,
  ...writing,
];
