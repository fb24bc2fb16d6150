/** What befalls devices and the ways between them. */

import type { MemorySnapshot } from '../../src/store/memory-store.ts';
import type { SimDevice } from '../sim/device.ts';
import { FOLDER, type KithWorld } from '../sim/kith-world.ts';
import { carryOut } from '../sim/network-order.ts';
import type { CrashModel } from '../sim/power-cut.ts';
import { resolvePath } from '../sim/resolve-path.ts';
import { noteAftermath } from './aftermath.ts';
import type { History } from './history.ts';
import { checkHeard, checkPromises, promisedBy } from './oracles/power.ts';
import { rememberRoot } from './region.ts';
import type { FaultAct } from './script.ts';
import { treeOf } from './spelling.ts';
import type { Blame } from './violation.ts';

/** Room on a disk nobody has tampered with. */
const PLENTY = 2 ** 40;

/** Number of the file system that hides a folder. */
const OTHER_DISK = 99n;

type Database = MemorySnapshot | undefined;

/** Where it happens. */
export interface Place {
  readonly world: KithWorld;
  readonly history: History;
  /** The database of a device when it last went down without a word, and when it did the time before. */
  readonly databases: Map<string, { readonly last: Database; readonly before: Database }>;
  /** Devices without power, and when they went dark in virtual milliseconds. */
  readonly dark: Map<string, number>;
  /** Devices whose database was put back once: its rows promise nothing. */
  readonly rolledBack: Set<string>;
  /** Devices whose clock was set. */
  readonly stepped: Set<string>;
  /** Devices whose folder is hidden by another disk. */
  readonly hidden: Set<string>;
  /** From then on files may be held that are not what was recorded of them. */
  hadPowerCut: boolean;
  /** Connections may stand on which nothing arrives any more: only deadlines end them. */
  hadDeadLines: boolean;
  readonly blame: Blame;
}

/** No machine is up again sooner after its power went; nor does anybody write on it until then. */
export const BOOT_MS = 5_000;

/** Does it; false where it does not apply. */
export function actAsFate(act: FaultAct, place: Place): boolean {
  const { world } = place;
  if (act.do === 'network') {
    place.hadDeadLines = true;
    carryOut(world.network, act.order);
    return true;
  }
  if ('a' in act) {
    const [a, b] = [world.named(act.a), world.named(act.b)];
    if (a === b) return false;
    if (act.do === 'shape') world.network.shape(act.a, act.b, act.link);
    else world.network[act.do](act.a, act.b);
    return true;
  }
  return befall(act, place, world.named(act.on));
}

type Befalling = Exclude<FaultAct, { readonly a: string } | { readonly do: 'network' }>;

function befall(act: Befalling, place: Place, device: SimDevice): boolean {
  const { tree, clock, faults } = device;
  switch (act.do) {
    case 'start':
      return device.life === undefined && start(place, device);
    case 'stop':
      if (device.life === undefined) return false;
      place.world.askToStop(device);
      return true;
    case 'kill':
      return device.life !== undefined && die(place, device);
    case 'power':
      die(place, device, act.model);
      return true;
    case 'database':
      die(place, device);
      place.rolledBack.add(device.name);
      place.history.forgot(device.name);
      // What it was when it went down is what it has: older is only that of a life before.
      device.replaceDatabase(
        act.how === 'lost' ? undefined : place.databases.get(device.name)?.before,
      );
      return true;
    case 'mend':
      faults.clear();
      tree.traits.readOnly = false;
      tree.traits.capacity = PLENTY;
      tree.traits.quota = PLENTY;
      tree.traits.inodes = PLENTY;
      return true;
    case 'clock':
      clock.step(act.stepMs);
      place.stepped.add(device.name);
      return true;
    case 'fault':
      // What others have made of a file cannot be noted on a disk that fails: it counts as unseen.
      place.history.isBaseInDoubt = true;
      faults.fail(act.order);
      return true;
    case 'room':
      tree.traits.capacity = PLENTY - tree.traits.freeBytes + act.bytes;
      return true;
    case 'quota':
      tree.traits.quota = PLENTY - tree.traits.freeBytes + act.bytes;
      return true;
    case 'inodes':
      tree.traits.inodes = tree.traits.usedInodes + act.more;
      return true;
    case 'slow':
      faults.slow(act.order);
      return true;
    case 'read-only':
      tree.traits.readOnly = true;
      return true;
    case 'hide':
      return !place.hidden.has(device.name) && hide(place, device);
    case 'show':
      return place.hidden.has(device.name) && show(place, device);
    case 'watch':
      device.watch = { ...device.watch, ...act.watch };
      return true;
  }
}

/** Its folder has ended in peace: Kith believes that all is durable, which it cannot have seen to on every disk. */
function hasEnded(device: SimDevice): boolean {
  return device.database()?.folders.get(FOLDER)?.identity()?.endedCleanly === true;
}

/** Another disk is mounted on the folder's directory, as when the one that it is on is not there. Not before Kith has seen the folder. */
function hide({ hidden }: Place, device: SimDevice): boolean {
  const root = resolvePath(device.tree, device.root);
  const isKnown = resolvePath(device.tree, `${device.root}/.kith/marker`) !== undefined;
  if (root === undefined || !isKnown) return false;
  rememberRoot(device);
  device.tree.mount(root, OTHER_DISK);
  rememberRoot(device);
  hidden.add(device.name);
  return true;
}

function show({ hidden }: Place, device: SimDevice): boolean {
  const root = resolvePath(device.tree, device.root);
  if (root === undefined) return false;
  device.tree.unmount(root);
  hidden.delete(device.name);
  return true;
}

function start({ world, dark }: Place, device: SimDevice): boolean {
  if (world.scheduler.now < (dark.get(device.name) ?? -BOOT_MS) + BOOT_MS) return false;
  dark.delete(device.name);
  world.up(device);
  return true;
}

/** At once, and what was under way with it. */
function die(place: Place, device: SimDevice, model?: Exclude<CrashModel, 'kill'>): true {
  const { world, history, databases, dark } = place;
  history.isBaseInDoubt = true;
  const wasAlive = device.life !== undefined;
  const others = world.devices().filter((other) => other !== device);
  if (wasAlive) {
    const before = databases.get(device.name)?.last;
    databases.set(device.name, { last: device.database(), before });
  }
  if (model !== undefined) {
    // Whatever starts again has its disks.
    if (place.hidden.has(device.name)) show(place, device);
    const promised = place.rolledBack.has(device.name)
      ? []
      : promisedBy(device, { careless: history.careless });
    const before = treeOf(device);
    dark.set(device.name, world.scheduler.now);
    place.hadPowerCut = true;
    world.cutPower(device, model);
    checkPromises(device, promised, place.blame);
    const canTell = wasAlive && !hasEnded(device) && !place.stepped.has(device.name);
    noteAftermath({ device, history, before, canTell, others });
  } else if (wasAlive) world.crash(device, 'kill');
  if (wasAlive && !place.rolledBack.has(device.name)) {
    checkHeard(device, { others, database: device.database() }, place.blame);
  }
  return true;
}
