/** One run of a folder, from the opening of its root to whatever ends it: its parts, put together and set going. */

import { TaskGroup } from '../base/task-group.ts';
import { type DeviceId, shortId } from '../model/device-id.ts';
import type { FolderId } from '../model/folder.ts';
import { countedBy } from '../planner/kept.ts';
import type { Rules } from '../planner/rules.ts';
import type { FolderStore } from '../ports/folder-store.ts';
import { Allowance } from './allowance.ts';
import { Busy } from './busy.ts';
import { isSuspect } from './classify.ts';
import { ClockSteps } from './clock-steps.ts';
import type { FolderContext, FolderPorts } from './context.ts';
import { Doubt } from './doubt.ts';
import { keepDurable, unsyncedRange } from './durability.ts';
import { type Heard, Hearings } from './hearing.ts';
import { becomeKind } from './kind-change.ts';
import type { Ledger } from './ledger.ts';
import { Leftovers } from './leftovers.ts';
import { NestedDisks } from './nested-disks.ts';
import { Observer } from './observer.ts';
import { openFolder } from './opening.ts';
import { Puller } from './puller.ts';
import { recoverIntents, rescueDisplaced } from './recovery.ts';
import { Server } from './server.ts';
import type { Sources } from './sources.ts';
import { Superseded } from './superseded.ts';
import { Tally } from './tally.ts';
import { StageWitness } from './witness.ts';

/** The parts that exist while the folder runs. */
export interface FolderRun {
  readonly context: FolderContext;
  readonly observer: Observer;
  readonly puller: Puller;
  readonly server: Server;
  readonly hearings: Hearings;
}

export interface RunParts {
  readonly ports: FolderPorts;
  readonly store: FolderStore;
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly id: FolderId;
  /** Absolute path of the root. */
  readonly path: string;
  readonly self: DeviceId;
  readonly rules: Rules;
  /** As in the folder's settings. */
  readonly mostAnnounced: number | undefined;
  readonly bootId: string;
  readonly bootedAtMs: number;
  /** The disk has failed to keep something since the program began: what is staged may never reach it. */
  readonly hadWriteError: boolean;
  /** True while something global is not held here. */
  readonly isLacking: () => boolean;
  readonly isSharedWith: (device: DeviceId) => boolean;
  /** No row of ours is left. */
  readonly onBaseNew: () => Promise<void>;
  /** A device's whole index has arrived. */
  readonly onHeard: (heard: Heard) => Promise<void>;
}

/** Opens the root and finishes what a crash left. ROOT_MISSING, MARKER_MISSING, MARKER_FOREIGN and what the disk says. */
export async function openRun(parts: RunParts): Promise<FolderRun> {
  const context = await openContext(parts);
  await recoverIntents(context);
  await rescueDisplaced(context);
  const { root } = context;
  let leftover = await parts.ports.disk.run('listStage', { root }, { urgency: 0 });
  if (parts.hadWriteError) {
    await new Leftovers(context, leftover).dropAll();
    leftover = [];
  }
  const observer = new Observer(context, async (paths) => {
    await hearings.looked();
    if (paths === 'all') puller.considerAll();
    else puller.consider(paths);
  });
  const doubt = (diskPath: string): void => observer.doubt(diskPath, { isTree: true });
  const { sources, isLacking } = parts;
  const puller: Puller = new Puller(context, { sources, leftover, doubt, isLacking });
  const hearings: Hearings = new Hearings(context, {
    isSharedWith: parts.isSharedWith,
    onComplete: async (heard) => {
      await parts.onHeard(heard);
      if (heard !== 'first') puller.considerAll();
    },
  });
  return { context, observer, puller, hearings, server: new Server(context, doubt) };
}

async function openContext(parts: RunParts): Promise<FolderContext> {
  const { ports, store, id, path, bootId, self } = parts;
  const { kind } = parts.rules;
  const opened = await openFolder({ ports, store, id, path, bootId, kind });
  if (opened.isBaseNew) await parts.onBaseNew();
  await becomeKind({ ...parts, expectOpen: () => undefined });
  const isAfterBreak = opened.isAfterBreak || store.intents().length > 0;
  const range = opened.isAfterPowerCut ? unsyncedRange({ store }) : undefined;
  const { root } = opened;
  const unsynced = {
    doubt: new Doubt(parts, range),
    damaged: new Set<string>(),
    rewritten: undefined,
    hadWriteError: parts.hadWriteError,
  };
  return {
    ports,
    id,
    root,
    witness: new StageWitness(ports.disk, root.path),
    self: { device: self, shortId: shortId(self) },
    counter: countedBy(parts.rules.kind, opened.identity.indexId),
    rules: parts.rules,
    store,
    ledger: parts.ledger,
    allowance: new Allowance({ folder: id, store, most: parts.mostAnnounced }),
    tally: new Tally(),
    busy: new Busy(),
    superseded: new Superseded({ store, ledger: parts.ledger }, { isAfterBreak }),
    unsettled: new Map(),
    clockSteps: new ClockSteps(ports.clock),
    bootId,
    bootedAtMs: parts.bootedAtMs,
    // Without a row of ours nothing tells what is here already and need not be fetched. A row in doubt must not be written
    // anew, by a merge with what others have, before it was compared with the disk: then nothing would tell of the doubt.
    firstLook: { isAwaited: store.lastSequence() === 0 || range !== undefined },
    unsynced,
    disks: new NestedDisks({
      disk: ports.disk,
      root,
      store,
      isSuspect: (row) => isSuspect({ unsynced }, row),
    }),
  };
}

/** Observes and pulls until the signal aborts; `onOpen` once nothing that happens can be missed. Throws what stops a folder. */
export async function carryOn(
  run: FolderRun,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { context, observer, puller } = run;
  const group = new TaskGroup(signal);
  try {
    const watch = context.ports.watcher.watch(context.root.path, group.signal);
    group.start(async () => {
      for await (const batch of watch.batches) observer.hear(batch);
    });
    await watch.ready;
    onOpen();
    group.start((inner) => observer.run(inner));
    group.start((inner) => puller.run(inner));
    group.start((inner) => keepDurable(context, inner));
    await group.join();
  } finally {
    group.cancel(signal.reason);
    context.busy.clear();
    await context.witness.release();
  }
}
