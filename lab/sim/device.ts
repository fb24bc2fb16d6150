/** A device of a world: what of it outlives a crash, and the ports it gives to each life of its program. */

import { KithError } from '../../src/base/error.ts';
import { sha256 } from '../../src/base/sha256.ts';
import { type DeviceId, deviceIdFromHash } from '../../src/model/device-id.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Disk, ProgramTable } from '../../src/ports/disk.ts';
import type { FileSystem } from '../../src/ports/file-system.ts';
import type { StateStore } from '../../src/ports/folder-store.ts';
import type { Log, LogLevel } from '../../src/ports/log.ts';
import type { Network } from '../../src/ports/network.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Watcher } from '../../src/ports/watcher.ts';
import { type MemorySnapshot, MemoryStore } from '../../src/store/memory-store.ts';
import { SimAttacker } from './attacker.ts';
import { Canary } from './canary.ts';
import { SimClock } from './clock.ts';
import { type CallHook, SimDisk } from './disk.ts';
import type { DiskOptions } from './disk-options.ts';
import type { Owner } from './event-heap.ts';
import { FileFaults } from './file-faults.ts';
import { SimFileSystem } from './file-system.ts';
import { FileTree } from './file-tree.ts';
import type { SimNetwork } from './network.ts';
import { SimPerson } from './person.ts';
import type { CrashModel } from './power-cut.ts';
import type { SimRandom } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { SimWatcher, type WatchTraits } from './watcher.ts';

/** The ports of one life of a device's program. */
export interface DevicePorts<Table extends ProgramTable> {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: FileSystem;
  readonly disk: Disk<Table>;
  readonly watcher: Watcher;
  readonly network: Network;
  readonly store: StateStore;
}

/** How a device differs from an ordinary one. */
export interface DeviceOptions {
  readonly disk?: DiskOptions;
  /** How far its wall clock is off. */
  readonly clockOffsetMs?: number;
  readonly watch?: Partial<WatchTraits>;
}

/** An event that the device's program logged. `at`: virtual milliseconds. */
export interface LogLine {
  readonly at: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One life of a program: from a start to a stop or a crash. */
export class Life implements Owner {
  alive = true;
  readonly stop = new AbortController();
  readonly files: SimFileSystem;
  readonly store: MemoryStore;
  /** Resolves when the program has ended after a stop. */
  ended: Promise<void> = Promise.resolve();

  constructor(files: SimFileSystem, store: MemoryStore) {
    this.files = files;
    this.store = store;
  }
}

/** What all devices of a world share. */
export interface DeviceParts {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly network: SimNetwork;
}

/** Where the shared directory is on every device. */
const ROOT = '/home/shared';

/** Virtual milliseconds that a commit takes to become durable, at least and at most. */
const COMMIT_MS = [0.5, 4] as const;

export class SimDevice {
  readonly name: string;
  /** Stands for its key: the device id is its hash. */
  readonly certificate: Uint8Array;
  readonly id: DeviceId;
  readonly clock: SimClock;
  readonly tree: FileTree;
  readonly person: SimPerson;
  readonly attacker: SimAttacker;
  /** What must never change, whatever is tried. */
  readonly canary: Canary;
  readonly faults = new FileFaults();
  /** Look on before each call of its programs. */
  readonly hooks = new Set<CallHook>();
  /** Look on at each commit, before it is durable. */
  readonly commits = new Set<() => void>();
  /** No room is left on the disk of its database: a commit that is due meanwhile fails, and nothing of it is kept. */
  isDatabaseFull = false;
  readonly log: LogLine[] = [];
  watch: WatchTraits;
  life: Life | undefined;
  readonly #parts: DeviceParts;
  #saved: MemorySnapshot | undefined;
  readonly #lives: Life[] = [];

  constructor(name: string, parts: DeviceParts, options: DeviceOptions = {}) {
    this.name = name;
    this.#parts = parts;
    this.certificate = parts.random.fork('certificate').bytes(64);
    this.id = deviceIdFromHash(sha256(this.certificate));
    this.clock = new SimClock(parts.scheduler);
    this.clock.setOffset(options.clockOffsetMs ?? 0);
    this.tree = new FileTree(() => this.clock.wallMs(), options.disk);
    this.person = new SimPerson(this.tree, ROOT);
    this.attacker = new SimAttacker(this.tree, ROOT);
    this.canary = new Canary(this.tree);
    this.watch = { queueLimit: 16_384, delayMs: 3, ...options.watch };
    const home = this.tree.make({ dir: this.tree.root, name: 'home' }, 'directory', {
      mode: 0o755,
    });
    this.tree.make({ dir: home, name: 'shared' }, 'directory', { mode: 0o755 });
    this.person.sync();
  }

  /** Where it can be dialled, and listens. Another one once it has moved. */
  get address(): string {
    return `tcp://${this.#parts.network.hostOf(this.name)}:22000`;
  }

  /** Absolute path of the shared directory on its disk. */
  get root(): string {
    return ROOT;
  }

  /** Begins a life; the program itself is the caller's to start. */
  begin<Table extends ProgramTable>(programs: Table): { life: Life; ports: DevicePorts<Table> } {
    const { scheduler, network } = this.#parts;
    const random = this.#parts.random.fork('life', this.#lives.length);
    this.tree.begun();
    const files = new SimFileSystem(this.tree, this.faults);
    const from = this.#saved === undefined ? {} : { from: this.#saved };
    const settle = (): Promise<void> => this.#commitTime(life, random);
    const life: Life = new Life(files, new MemoryStore({ settle, ...from }));
    this.life = life;
    this.#lives.push(life);
    const shared = { device: this.name, scheduler, owner: life };
    const { hooks, tree } = this;
    const ports: DevicePorts<Table> = {
      clock: this.clock.portFor(life),
      random: random.fork('program'),
      log: { write: (level, event, facts) => this.#note(life, { level, event, facts }) },
      files,
      disk: new SimDisk<Table>({
        ...shared,
        random: random.fork('disk'),
        files,
        programs,
        hooks,
        faults: this.faults,
      }),
      watcher: new SimWatcher({
        ...shared,
        random: random.fork('watch'),
        tree,
        traits: () => this.watch,
      }),
      network: network.portFor({ device: this.name, certificate: this.certificate, owner: life }),
      store: life.store,
    };
    return { life, ports };
  }

  /** Ends the life at once, as a crash of this kind does. */
  crash(model: CrashModel): void {
    this.#end();
    if (model === 'kill') return;
    this.tree.powerCut({ model, random: this.#parts.random.fork('cut', this.#lives.length) });
  }

  /** After the program has ended by itself. */
  finished(): void {
    this.#end();
  }

  /** The story is over: what still waits in any of its lives is let go, for Node keeps signals that somebody listens to. */
  close(): void {
    this.life = undefined;
    for (const life of this.#lives) {
      life.alive = false;
      life.stop.abort(new Error('the story is over'));
    }
  }

  /** What its database holds: of the last crash or stop, or now. */
  database(): MemorySnapshot | undefined {
    return this.life?.store.snapshot() ?? this.#saved;
  }

  /** Puts an older database in place, or none, while no program runs. */
  replaceDatabase(snapshot: MemorySnapshot | undefined): void {
    if (this.life !== undefined) throw new Error(`${this.name} is running`);
    this.#saved = snapshot;
  }

  #end(): void {
    const { life } = this;
    if (life === undefined) return;
    life.alive = false;
    this.#saved = life.store.crash();
    this.#parts.network.drop(this.name);
    this.#parts.scheduler.sweep();
    life.files.die();
    this.life = undefined;
  }

  async #commitTime(owner: Owner, random: SimRandom): Promise<void> {
    for (const lookOn of this.commits) lookOn();
    const [least, most] = COMMIT_MS;
    const { scheduler } = this.#parts;
    const ms = ((least + most) / 2) * scheduler.pace.factor(`${this.name} commit`, random);
    await new Promise<void>((resolve) => {
      scheduler.after(ms, resolve, { label: `${this.name} commit`, owner });
    });
    if (this.isDatabaseFull) throw new KithError('STORE_FULL', { device: this.name });
  }

  #note(owner: Owner, line: Omit<LogLine, 'at'>): void {
    if (!owner.alive) return;
    const { now, trace } = this.#parts.scheduler;
    trace.add(now, `${this.name} ${line.level} ${line.event}`);
    this.log.push({ at: now, ...line });
  }
}
