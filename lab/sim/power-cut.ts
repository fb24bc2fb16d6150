/** Which of the changes that were not durable survive a power cut: a legal subset, drawn from the seed. */

import { type DurableInode, type InodeChange, type NameChange, resized } from './durable.ts';
import type { SimRandom } from './random.ts';

/**
 * What a crash may take. `kill`: nothing, only the program dies. `nothing`: all that was not synced. `ordered`: names go back
 * to one moment, each file to a moment of its own whose bytes are all there, in-place bytes may be newer. `weak`: names go
 * back to a moment for each directory, files keep their newest size without some or all bytes, pages may be torn.
 */
export type CrashModel = 'kill' | 'nothing' | 'ordered' | 'weak';

export interface PowerCut {
  readonly model: Exclude<CrashModel, 'kill'>;
  readonly random: SimRandom;
}

/** What is pending when the power fails. */
interface Pending {
  readonly streams: ReadonlyMap<number, readonly InodeChange[]>;
  readonly names: readonly NameChange[];
}

/** What survives. */
interface Survivors {
  readonly names: readonly NameChange[];
  readonly contents: ReadonlyMap<number, (durable: DurableInode) => Partial<DurableInode>>;
}

const PAGE = 4_096;
const SECTOR = 512;

/** Draws what survives; changes nothing. */
export function lostInPowerCut({ model, random }: PowerCut, pending: Pending): Survivors {
  if (model === 'nothing') return { names: [], contents: new Map() };
  const weak = model === 'weak';
  // Drawn once for each cut: the interesting disasters are those in which almost all or almost nothing survives.
  const keepName = random.pick([0.3, 0.8, 0.97, 1]);
  const keepBytes = random.pick([0, 0.5, 0.95, 1]);
  const names = weak
    ? survivingByDirectory(pending.names, () => random.chance(keepName))
    : pending.names.slice(0, random.below(pending.names.length + 1));
  const contents = new Map<number, (durable: DurableInode) => Partial<DurableInode>>();
  for (const [uid, stream] of pending.streams) {
    const draw = random.fork('file', uid);
    contents.set(uid, (durable) => surviving({ durable, stream, draw, keepBytes, weak }));
  }
  return { names, contents };
}

/** Each directory keeps a beginning of its changes; one that touches two is kept only if both get that far. */
function survivingByDirectory(
  names: readonly NameChange[],
  keep: () => boolean,
): readonly NameChange[] {
  const ended = new Set<number>();
  return names.filter((change) => {
    if (!change.dirs.some((dir) => ended.has(dir)) && keep()) return true;
    for (const dir of change.dirs) ended.add(dir);
    return false;
  });
}

interface FileFate {
  readonly durable: DurableInode;
  readonly stream: readonly InodeChange[];
  readonly draw: SimRandom;
  readonly keepBytes: number;
  readonly weak: boolean;
}

function surviving({ durable, stream, draw, keepBytes, weak }: FileFate): Partial<DurableInode> {
  const known = draw.chance(keepBytes) ? stream.length : draw.below(stream.length + 1);
  let content = Uint8Array.from(durable.content);
  let last: InodeChange | undefined;
  for (const [i, change] of stream.entries()) {
    if (i < known) {
      last = change;
      if (durable.kind === 'file' && change.size !== content.length) {
        content = resized(content, change.size);
      }
    }
    if (change.bytes === undefined || change.lost) continue;
    if (i < known && !weak) content.set(change.bytes, change.offset);
    else putSome({ content, change, draw, keepBytes });
  }
  if (last === undefined) return { content };
  return { content, mode: last.mode, mtime: last.mtime, ctime: last.ctime };
}

interface SomeBytes {
  readonly content: Uint8Array;
  readonly change: InodeChange;
  readonly draw: SimRandom;
  readonly keepBytes: number;
}

/** Bytes reach the platters page by page in any order, never beyond the size that is known there. */
function putSome({ content, change, draw, keepBytes }: SomeBytes): void {
  const bytes = change.bytes ?? new Uint8Array(0);
  const end = Math.min(change.offset + bytes.length, content.length);
  for (let at = change.offset; at < end; ) {
    const pageEnd = Math.min(end, (Math.floor(at / PAGE) + 1) * PAGE);
    if (draw.chance(keepBytes)) {
      const sectors = Math.floor((pageEnd - at) / SECTOR);
      const torn = sectors > 0 && draw.chance(0.1);
      const upTo = torn ? Math.floor(at / SECTOR + draw.below(sectors + 1)) * SECTOR : pageEnd;
      if (upTo > at) content.set(bytes.subarray(at - change.offset, upTo - change.offset), at);
    }
    at = pageEnd;
  }
}
