/**
 * A world from one seed: devices with disks, clocks, programs and people, and the network between them. Everything that
 * happens in it happens while `run`, `runUntil` or `rest` is awaited; what a person does in between happens at once.
 */

import type { ProgramTable } from '../../src/ports/disk.ts';
import { withBannedGlobals } from './banned-globals.ts';
import { type DeviceOptions, type DevicePorts, type Life, SimDevice } from './device.ts';
import { SimNetwork } from './network.ts';
import { Pace, type Schedule } from './pace.ts';
import type { CrashModel } from './power-cut.ts';
import { SimRandom } from './random.ts';
import { type RestLimits, Scheduler } from './scheduler.ts';

/** A program that runs on a device. */
export interface Running {
  /** Resolves when it has ended after its signal aborted; rejects only with bugs, which end the story. */
  readonly done: Promise<void>;
}

/** Starts what a device runs. A rejection ends the story. */
export type Boot<Config, Table extends ProgramTable> = (
  ports: DevicePorts<Table>,
  config: Config,
  signal: AbortSignal,
) => Promise<Running>;

export interface WorldParts<Config, Table extends ProgramTable> {
  readonly boot: Boot<Config, Table>;
  /** What the devices' disks can run. */
  readonly programs: Table;
}

/** Long enough for every retry to come round; short of nothing, for virtual time costs nothing. */
const REST: RestLimits = { quietMs: 120_000, limitMs: 3_600_000 };

/** How long a program may take to end once it was asked to. */
const STOP_MS = 30_000;

export class SimWorld<Config, Table extends ProgramTable = ProgramTable> {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  /** For the story itself. */
  readonly random: SimRandom;
  readonly #parts: WorldParts<Config, Table>;
  readonly #seeded: SimRandom;
  readonly #devices = new Map<string, SimDevice>();

  constructor(
    seed: bigint | number,
    parts: WorldParts<Config, Table>,
    schedule: Schedule = 'even',
  ) {
    this.#seeded = new SimRandom(seed);
    this.#parts = parts;
    this.random = this.#seeded.fork('story');
    this.scheduler = new Scheduler(new Pace(schedule, this.#seeded.fork('ties')));
    this.network = new SimNetwork(this.scheduler, this.#seeded.fork('network'));
  }

  /** A new device that runs nothing yet. */
  device(name: string, options: DeviceOptions = {}): SimDevice {
    if (this.#devices.has(name)) throw new Error(`there is a ${name} already`);
    const { scheduler, network } = this;
    const random = this.#seeded.fork('device', name);
    const device = new SimDevice(name, { scheduler, network, random }, options);
    this.#devices.set(name, device);
    return device;
  }

  devices(): readonly SimDevice[] {
    return [...this.#devices.values()];
  }

  /** Starts its program: the next thing that happens once the world runs on. For the first time or again. */
  start(device: SimDevice, config: Config): void {
    if (device.life !== undefined) throw new Error(`${device.name} is running`);
    const { life, ports } = device.begin(this.#parts.programs);
    const boot = (): void => {
      const running = this.#run(life, () => this.#parts.boot(ports, config, life.stop.signal));
      life.ended = running;
    };
    this.scheduler.after(0, boot, { label: `${device.name} start`, owner: life });
  }

  /** Its program dies at once, and with other models than `kill` the power is cut. */
  crash(device: SimDevice, model: CrashModel): void {
    this.scheduler.trace.add(this.scheduler.now, `${device.name} crash ${model}`);
    device.crash(model);
  }

  /** Asks its program to end and waits until it has. */
  async stop(device: SimDevice): Promise<void> {
    this.askToStop(device);
    await this.runUntil(() => device.life === undefined, { ms: STOP_MS });
  }

  /** Asks its program to end: it will, a little later. */
  askToStop(device: SimDevice): void {
    const { life } = device;
    if (life === undefined) throw new Error(`${device.name} is not running`);
    const ask = (): void => {
      life.stop.abort(new Error('the story stops this device'));
      void life.ended.then(() => {
        if (device.life === life) device.finished();
      });
    };
    this.scheduler.after(0, ask, { label: `${device.name} stop`, owner: life });
  }

  cut(a: SimDevice, b: SimDevice): void {
    this.network.cut(a.name, b.name);
  }

  heal(a: SimDevice, b: SimDevice): void {
    this.network.heal(a.name, b.name);
  }

  run(span: { readonly ms: number }): Promise<void> {
    return withBannedGlobals(() => this.scheduler.run(span));
  }

  runUntil(predicate: () => boolean, span: { readonly ms: number }): Promise<void> {
    return withBannedGlobals(() => this.scheduler.runUntil(predicate, span));
  }

  /** Runs until no disk, database or person has done anything for a long while and no byte is under way. */
  rest(limits: Partial<RestLimits> = {}): Promise<void> {
    return withBannedGlobals(() => this.scheduler.rest({ ...REST, ...limits }));
  }

  /** The story is over: nothing happens in this world any more, and what waited in it can be forgotten. */
  close(): void {
    for (const device of this.devices()) device.close();
  }

  /** Names everything that happened so far. */
  traceHash(): string {
    return this.scheduler.trace.hash();
  }

  async #run(life: Life, boot: () => Promise<Running>): Promise<void> {
    try {
      const running = await boot();
      await running.done;
      if (!life.stop.signal.aborted) throw new Error('a program ended without being asked to');
    } catch (error) {
      if (life.alive) this.scheduler.fail(error);
    }
  }
}
