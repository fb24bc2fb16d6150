/**
 * Paths inside a folder: the one parser for every source (peers, disk, database, people). A RelPath is UTF-8 that can be
 * written without loss, NFC, `/` between parts, no empty part, no `.` or `..`; so it can be joined to a root without leaving it.
 */

import type { Brand } from '../base/brand.ts';
import { KithError } from '../base/error.ts';

export type RelPath = Brand<string, 'RelPath'>;

/** Longest path taken from anyone, in UTF-16 units: well above PATH_MAX, far below what could hurt. */
const MAX_PATH = 8192;

/** The directory in a folder's root that Kith keeps for itself. */
export const CONTROL_DIR = '.kith';

/** Parses a path that must already be in canonical form; PATH_INVALID with `data.reason` else. Nothing is repaired. */
export function parseRelPath(text: string): RelPath {
  const reason = whyInvalid(text);
  if (reason !== undefined)
    throw new KithError('PATH_INVALID', { path: text.slice(0, 200), reason });
  return text as RelPath;
}

/** The path of `name` (one part, any Unicode normalisation) in `parent`; PATH_INVALID if the name cannot travel. */
export function childPath(parent: RelPath | undefined, name: string): RelPath {
  const canonical = name.normalize('NFC');
  if (canonical.includes('/')) throw new KithError('PATH_INVALID', { path: name, reason: 'slash' });
  return parseRelPath(parent === undefined ? canonical : `${parent}/${canonical}`);
}

/** The directory that holds `path`; undefined for what stands in the root. */
export function parentPath(path: RelPath): RelPath | undefined {
  const at = path.lastIndexOf('/');
  return at < 0 ? undefined : (path.slice(0, at) as RelPath);
}

/** The last part. */
export function baseName(path: RelPath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True if `path` is `ancestor` or stands below it. */
export function isWithin(path: RelPath, ancestor: RelPath): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}

/** Order of paths everywhere: by UTF-16 units; an ancestor always stands before what is below it. */
export function comparePaths(a: RelPath, b: RelPath): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True for names that Kith keeps for itself, under any spelling a folding file system would take for them. */
export function isReserved(path: RelPath): boolean {
  const folded = path.toLowerCase();
  if (!folded.includes('.kith')) return false;
  const parts = folded.split('/');
  return parts[0] === CONTROL_DIR || parts.some((part) => /^\.kith-[0-9a-f]{32}$/.test(part));
}

/** Printable ASCII: as most paths are, and in need of no look at what Unicode makes of it. */
const PLAIN = /^[ -~]*$/;
/** A part that is no name. */
const NO_NAME = /(?:^|\/)\.{0,2}(?:\/|$)/;

function whyInvalid(text: string): string | undefined {
  if (text === '') return 'empty';
  if (text.length > MAX_PATH) return 'too long';
  return (PLAIN.test(text) ? undefined : whyNotText(text)) ?? whyNotParts(text);
}

function whyNotText(text: string): string | undefined {
  if (text.includes('\0')) return 'NUL';
  if (!text.isWellFormed()) return 'not Unicode';
  return text.normalize('NFC') === text ? undefined : 'not NFC';
}

function whyNotParts(text: string): string | undefined {
  if (!NO_NAME.test(text)) return undefined;
  for (const part of text.split('/')) {
    if (part === '') return 'empty part';
    if (part === '.' || part === '..') return 'dot part';
  }
  return undefined;
}
