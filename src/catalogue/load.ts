import type { Vocabulary } from "./catalogue.ts";

/** Everything the classifier asks the catalogue. Extended by the catalogue's owner. */
export interface Catalogue extends Vocabulary {
  readonly digest: string;
}
