/** Which of the changes that were not durable survive a power cut: a legal subset, drawn from the seed. */

import { type DurableInode, type InodeChange, type NameChange, resized } from './durable.ts';
import type { SimRandom } from './random.ts';

/**
 * What a crash may take. `kill`: nothing, only the program dies. `nothing`: all that was not synced. `ordered`: names go back
 * to one moment, each file to a moment of its own whose bytes are all there, in-place bytes may be newer. `rename-first`: names
 * go back to one moment, most often the last, and files further, most often to what was synced: new names of empty and short
 * files. `weak`: names go back to a moment for each directory, files keep their newest size without some or all bytes (zeros
 * or what stood on the platters before), pages may be torn.
 */
export type CrashModel = 'kill' | 'nothing' | 'ordered' | 'rename-first' | 'weak';

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
  // Drawn once for each cut: the interesting disasters are those in which almost all or almost nothing survives.
  const keepName = random.pick([0.3, 0.8, 0.97, 1]);
  const fate = {
    model,
    keepBytes: random.pick(model === 'rename-first' ? [0, 0, 0.1, 0.5] : [0, 0.5, 0.95, 1]),
    garbage: model === 'weak' ? random.pick([0, 0.3, 1]) : 0,
  };
  const contents = new Map<number, (durable: DurableInode) => Partial<DurableInode>>();
  for (const [uid, stream] of pending.streams) {
    const draw = random.fork('file', uid);
    contents.set(uid, (durable) => surviving({ ...fate, durable, stream, draw, stale: new Set() }));
  }
  return { names: survivingNames(model, pending.names, { random, keepName }), contents };
}

function survivingNames(
  model: CrashModel,
  names: readonly NameChange[],
  { random, keepName }: { readonly random: SimRandom; readonly keepName: number },
): readonly NameChange[] {
  if (model === 'weak') return survivingByDirectory(names, () => random.chance(keepName));
  const isLast = model === 'rename-first' && random.chance(0.7);
  return isLast ? names : names.slice(0, random.below(names.length + 1));
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
  readonly model: CrashModel;
  readonly durable: DurableInode;
  readonly stream: readonly InodeChange[];
  readonly draw: SimRandom;
  readonly keepBytes: number;
  /** Share of the new pages that hold what stood on the platters before. */
  readonly garbage: number;
  /** New pages, by their place in the file, for which that was drawn. */
  readonly stale: Set<number>;
}

function surviving(fate: FileFate): Partial<DurableInode> {
  const { model, durable, stream, draw, keepBytes } = fate;
  const isAll = draw.chance(keepBytes);
  const isNone = model === 'rename-first' && draw.chance(0.6);
  const known = isAll ? stream.length : isNone ? 0 : draw.below(stream.length + 1);
  let content = Uint8Array.from(durable.content);
  let last: InodeChange | undefined;
  for (const [i, change] of stream.entries()) {
    if (i < known) {
      last = change;
      if (durable.kind === 'file' && change.size !== content.length) {
        content = resized(content, change.size);
      }
    } else if (i === known && model === 'rename-first') {
      content = partly({ content, change, draw, keepBytes });
    }
    if (change.bytes === undefined || change.lost) continue;
    if (i < known && model !== 'weak') content.set(change.bytes, change.offset);
    else putSome({ content, change, draw, keepBytes }, fate);
  }
  if (last === undefined) return { content };
  return { content, mode: last.mode, mtime: last.mtime, ctime: last.ctime };
}

interface SomeBytes {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly change: InodeChange;
  readonly draw: SimRandom;
  readonly keepBytes: number;
}

/** Of a write at the end the first pages may be there, and the file is as long as they are. */
function partly({ content, change, draw }: SomeBytes): Uint8Array<ArrayBuffer> {
  const { bytes, offset, lost } = change;
  if (bytes === undefined || lost || offset !== content.length || draw.chance(0.5)) return content;
  const length = Math.floor(draw.below(bytes.length + 1) / SECTOR) * SECTOR;
  const longer = resized(content, offset + length);
  longer.set(bytes.subarray(0, length), offset);
  return longer;
}

/** Bytes reach the platters page by page in any order, never beyond the size that is known there. */
function putSome(some: SomeBytes, { durable, garbage, stale }: FileFate): void {
  const { content, change, draw, keepBytes } = some;
  const bytes = change.bytes ?? new Uint8Array(0);
  const end = Math.min(change.offset + bytes.length, content.length);
  for (let at = change.offset; at < end; ) {
    const pageEnd = Math.min(end, (Math.floor(at / PAGE) + 1) * PAGE);
    const page = pageEnd - (pageEnd % PAGE || PAGE);
    const isNew = garbage > 0 && at >= durable.content.length && !stale.has(page);
    stale.add(page);
    if (isNew && draw.chance(garbage)) content.set(draw.bytes(pageEnd - at), at);
    if (draw.chance(keepBytes)) {
      const sectors = Math.floor((pageEnd - at) / SECTOR);
      const torn = sectors > 0 && draw.chance(0.1);
      const upTo = torn ? Math.floor(at / SECTOR + draw.below(sectors + 1)) * SECTOR : pageEnd;
      if (upTo > at) content.set(bytes.subarray(at - change.offset, upTo - change.offset), at);
    }
    at = pageEnd;
  }
}
