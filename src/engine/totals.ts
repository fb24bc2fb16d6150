/** Sums over a folder, kept up to date path by path: what is here, what is global, what we and each device lack. */

import type { DeviceId } from '../model/device-id.ts';
import { type Entry, hasEqualContent } from '../model/entry.ts';
import { comparePaths, type RelPath } from '../model/path.ts';
import { compareVersions } from '../model/version.ts';
import { globalFor, isKept } from '../planner/kept.ts';
import type { Rules } from '../planner/rules.ts';
import type { AnnouncedVersion, FolderStore, OurEntry } from '../ports/folder-store.ts';

/** What stands somewhere. Links count as files. */
export interface Amount {
  files: number;
  directories: number;
  bytes: number;
}

/** What is lacking somewhere; directories and links count as files. */
export interface Need {
  files: number;
  bytes: number;
  deletes: number;
}

/** Paths of kept changes that are named one by one; of more only the count is known. */
const MOST_KEPT = 1000;
/** Of a mode, what devices tell each other. */
const MODE_BITS = 0o777;
/** Paths read at a time. */
const COUNT_SLICE = 500;

interface Sums {
  readonly local: Amount;
  readonly global: Amount;
  readonly need: Need;
  /** Changes that stay here: nobody is told of them. */
  readonly kept: Need;
  readonly keptPaths: Set<RelPath>;
  /** What stands here with another mode than it was to have. */
  otherModes: number;
  readonly needs: Map<DeviceId, Need>;
}

export class Totals {
  #sums: Sums = emptySums([]);
  /** What is told meanwhile. */
  #held: Sums | undefined;
  readonly #store: FolderStore;
  readonly #rules: Rules;

  constructor(store: FolderStore, rules: Rules, devices: readonly DeviceId[]) {
    this.#store = store;
    this.#rules = rules;
    this.#sums = emptySums(devices);
  }

  get local(): Amount {
    return this.#told.local;
  }

  get global(): Amount {
    return this.#told.global;
  }

  get need(): Need {
    return this.#told.need;
  }

  /** What was changed here and stays here. */
  get kept(): Need {
    return this.#told.kept;
  }

  /** Files and directories that stand here with another mode than they have elsewhere: the disk did not take it. */
  get otherModes(): number {
    return this.#told.otherModes;
  }

  /** What a device lacks; all zero for one that does not share the folder. */
  needOf(device: DeviceId): Need {
    return this.#told.needs.get(device) ?? noNeed();
  }

  /** Until `release` the sums are told as they are now: between taking paths out and counting them anew they are not true. */
  hold(): void {
    this.#held = copyOf(this.#sums);
  }

  release(): void {
    this.#held = undefined;
  }

  /** Sums of everything anew, for these devices. Walks all paths; throws the signal's reason. */
  recount(devices: readonly DeviceId[], signal: AbortSignal): void {
    this.#sums = emptySums(devices);
    let after: RelPath | undefined;
    for (;;) {
      signal.throwIfAborted();
      const paths = this.#store.paths(after, COUNT_SLICE);
      for (const path of paths) this.count(path, 1);
      if (paths.length === 0) return;
      after = paths.at(-1);
    }
  }

  get #told(): Sums {
    return this.#held ?? this.#sums;
  }

  /** Adds (`sign` 1) or takes away (-1) what a path contributes as the store has it now. */
  count(path: RelPath, sign: 1 | -1): void {
    const { local, global, need, needs } = this.#sums;
    const ours = this.#store.ours(path);
    const announced = this.#store.announced(path);
    if (ours !== undefined && isLive(ours)) add(local, ours, sign);
    if (ours !== undefined && hasOtherMode(ours)) this.#sums.otherModes += sign;
    const versions = announced.map((version) => version.entry);
    const choice = globalFor(ours, versions);
    const isKeeping = ours !== undefined && isKept(ours);
    if (isKeeping) this.#countKept(ours, choice?.entry, sign);
    if (choice === undefined || this.#rules.isExcluded(path, choice.entry.kind)) return;
    const target = choice.entry;
    if (isLive(target)) add(global, target, sign);
    // An `invalid` row of a path that is wanted says that the content is lacking here.
    if (!isKeeping || isOutdated(ours, target)) {
      lack(need, { target, has: ours?.invalid === true ? undefined : ours, sign });
    }
    for (const [device, theirs] of needs) {
      lack(theirs, { target, has: claimOf(announced, device), sign });
    }
  }

  /** Paths of what is kept, sorted; at most 1000. */
  keptPaths(): readonly RelPath[] {
    return [...this.#told.keptPaths].sort(comparePaths);
  }

  /** What was taken away here counts as long as others have it. */
  #countKept(ours: OurEntry, target: Entry | undefined, sign: 1 | -1): void {
    if (ours.deleted && (target === undefined || target.deleted)) return;
    const { kept, keptPaths } = this.#sums;
    if (ours.deleted) kept.deletes += sign;
    else {
      kept.files += sign;
      kept.bytes += sign * ours.size;
    }
    if (sign < 0) keptPaths.delete(ours.path);
    else if (keptPaths.size < MOST_KEPT) keptPaths.add(ours.path);
  }
}

/** What is kept makes room for it. */
function isOutdated(ours: OurEntry, target: Entry): boolean {
  return !target.deleted && compareVersions(ours.version, target.version) !== 'newer';
}

function emptySums(devices: readonly DeviceId[]): Sums {
  return {
    local: { files: 0, directories: 0, bytes: 0 },
    global: { files: 0, directories: 0, bytes: 0 },
    need: noNeed(),
    kept: noNeed(),
    keptPaths: new Set(),
    otherModes: 0,
    needs: new Map(devices.map((device) => [device, noNeed()])),
  };
}

function copyOf({ local, global, need, kept, keptPaths, otherModes, needs }: Sums): Sums {
  return {
    local: { ...local },
    global: { ...global },
    need: { ...need },
    kept: { ...kept },
    keptPaths: new Set(keptPaths),
    otherModes,
    needs: new Map([...needs].map(([device, theirs]) => [device, { ...theirs }])),
  };
}

function noNeed(): Need {
  return { files: 0, bytes: 0, deletes: 0 };
}

function isLive(entry: Entry): boolean {
  return !entry.deleted && !entry.invalid;
}

function hasOtherMode(row: OurEntry): boolean {
  if (!isLive(row) || row.noPermissions || row.seen === undefined) return false;
  return (row.seen.mode & MODE_BITS) !== row.mode;
}

function add(amount: Amount, entry: Entry, sign: 1 | -1): void {
  if (entry.kind === 'directory') amount.directories += sign;
  else amount.files += sign;
  amount.bytes += sign * entry.size;
}

function claimOf(announced: readonly AnnouncedVersion[], device: DeviceId): Entry | undefined {
  return announced.find((version) => version.holders.includes(device))?.entry;
}

/** An `invalid` claim under the global vector counts as complete: the device does not want the path. */
function lack(
  need: Need,
  { target, has, sign }: { target: Entry; has: Entry | OurEntry | undefined; sign: 1 | -1 },
): void {
  if (has !== undefined && compareVersions(has.version, target.version) === 'equal') return;
  if (target.deleted) {
    if (has !== undefined && !has.deleted) need.deletes += sign;
    return;
  }
  need.files += sign;
  if (has === undefined || !hasEqualContent(has, target)) need.bytes += sign * target.size;
}
