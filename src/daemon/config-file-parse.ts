/** The text of config.yaml to a Config. Every mistake is named with its line and column. No disk here. */

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { type Config, configSchema } from '../api/config.ts';
import { type Mistake, mistakesOf } from '../api/mistakes.ts';

/** A mistake and its place in the text, both counted from 1. */
export interface PlacedMistake extends Mistake {
  readonly line: number;
  readonly column: number;
}

/** A parsed file: the document, which keeps the comments, and the configuration or what is wrong. */
export interface ParsedConfig {
  readonly document: Document;
  readonly outcome:
    | { readonly kind: 'config'; readonly config: Config }
    | { readonly kind: 'mistakes'; readonly mistakes: readonly PlacedMistake[] };
  /** Adds the place in the text to a mistake found later. */
  place(mistake: Mistake): PlacedMistake;
}

/** Longer texts are refused: no configuration is. */
const MAX_CHARACTERS = 1024 * 1024;

/** Parses `text`. Never throws for what the text says. */
export function parseConfig(text: string): ParsedConfig {
  const lineCounter = new LineCounter();
  const isTooLong = text.length > MAX_CHARACTERS;
  // Nothing is printed from in there: a list as a key is told as the mistake that it is.
  const options = { lineCounter, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(isTooLong ? '' : text, options);
  const placeAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const place = (mistake: Mistake): PlacedMistake => {
    return { ...mistake, ...placeAt(offsetOf(document, mistake.path)) };
  };
  const refused = (mistakes: readonly PlacedMistake[]): ParsedConfig => {
    return { document, place, outcome: { kind: 'mistakes', mistakes } };
  };
  if (isTooLong) return refused([{ path: [], where: '', text: 'is too long', line: 1, column: 1 }]);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return refused(
      faults.map(({ message, pos }) => {
        return { path: [], where: '', text: `is not YAML: ${message}`, ...placeAt(pos[0]) };
      }),
    );
  }
  // Bytes that are no UTF-8 were read as this; written back, a path would be another one.
  const broken = text.indexOf('\uFFFD');
  if (broken >= 0) {
    return refused([{ path: [], where: '', text: 'is not UTF-8', ...placeAt(broken) }]);
  }
  const value = readValue(document);
  if (value.kind === 'refused') {
    return refused([
      { path: [], where: '', text: `is not YAML: ${value.why}`, line: 1, column: 1 },
    ]);
  }
  const read = configSchema.safeParse(value.value);
  if (!read.success) return refused(mistakesOf(read.error).map(place));
  return { document, place, outcome: { kind: 'config', config: read.data } };
}

type Value =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly why: string };

/** Aliases of aliases could fill the memory: the library counts them, and throws. */
function readValue(document: Document): Value {
  try {
    return { kind: 'value', value: document.toJS() };
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the value at `path` begins; for an unknown key, the key; for a missing one, what should hold it. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const found = step(node, part);
    if (found === undefined) break;
    offset = found.offset ?? offset;
    node = resolved(document, found.node);
  }
  return offset;
}

function step(
  node: Node | undefined,
  part: string | number,
): { readonly node: unknown; readonly offset: number | undefined } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    return item === undefined ? undefined : { node: item, offset: rangeStart(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (pair === undefined) return undefined;
  // An empty value stands nowhere: the key is what a person sees.
  const isEmpty = isScalar(pair.value) && pair.value.value === null;
  const isKnown = isNode(pair.value) && !isEmpty;
  return { node: pair.value, offset: rangeStart(isKnown ? pair.value : pair.key) };
}

function rangeStart(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function resolved(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isNode(node) ? node : undefined;
}
