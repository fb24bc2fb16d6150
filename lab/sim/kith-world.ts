/** A world whose devices run Kith itself: the same composition as the daemon's, over simulated ports. */

import { Device, type DeviceConfig } from '../../src/daemon/device.ts';
import type { FolderStatus } from '../../src/engine/folder-status.ts';
import { type EnginePrograms, programs } from '../../src/engine/programs.ts';
import type { DeviceId } from '../../src/model/device-id.ts';
import { type FolderKind, parseFolderId } from '../../src/model/folder.ts';
import type { Network } from '../../src/ports/network.ts';
import type { Life, SimDevice } from './device.ts';
import { mutatingNetwork } from './mutation/mutating-network.ts';
import type { MutationPlan } from './mutation/mutation-plan.ts';
import { Mutator } from './mutation/mutator.ts';
import type { Schedule } from './pace.ts';
import { SimWorld, type WorldParts } from './world.ts';

/** The folder that all devices of a story share. */
export const FOLDER = parseFolderId('shared');

/** Who is linked with whom: pairs of names. */
export type Links = readonly (readonly [string, string])[];

export class KithWorld extends SimWorld<DeviceConfig, EnginePrograms> {
  readonly #running = new Map<string, Device>();
  readonly #lifeOf = new WeakMap<Device, Life | undefined>();
  readonly #mutators = new Map<string, Mutator>();
  readonly #kinds = new Map<string, FolderKind>();
  /** Who has paused whom. */
  readonly #apart = new Set<string>();
  /** Devices whose folder is paused. */
  readonly #paused = new Set<string>();
  /** Bytes that a device keeps of what another one announces, from its next start on; undefined: as many as it finds right. */
  mostAnnounced: number | undefined;
  #boots = 0;
  #links: Links = [];

  constructor(seed: number, schedule?: Schedule) {
    const parts: WorldParts<DeviceConfig, EnginePrograms> = {
      programs,
      boot: async (ports, config, signal) => {
        const name = config.name;
        const { mostAnnounced } = this;
        const bound = mostAnnounced === undefined ? {} : { mostAnnounced };
        const self = this.named(name).id;
        const facts = { self, version: '0.0.0', ...this.#bootOf(name), ...bound };
        const network = this.#networkOf(name, ports.network);
        const device = new Device({ ...ports, network }, { facts, config }, signal);
        this.#running.set(name, device);
        this.#lifeOf.set(device, this.named(name).life);
        return device;
      },
    };
    super(seed, parts, schedule);
  }

  /** Start of the machine of a device: its name, and when it was in virtual milliseconds. */
  readonly #bootsOf = new Map<string, { readonly bootId: string; readonly atMs: number }>();

  #bootOf(name: string): { readonly bootId: string; readonly bootedAtMs: number } {
    const { bootId, atMs } = this.#bootsOf.get(name) ?? { bootId: 'first', atMs: 0 };
    const ageMs = this.scheduler.now - atMs;
    return { bootId, bootedAtMs: Math.floor(this.named(name).clock.wallMs() - ageMs) };
  }

  named(name: string): SimDevice {
    const found = this.devices().find((device) => device.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  /** What runs on the device now. */
  kith(device: SimDevice): Device {
    const running = this.#running.get(device.name);
    if (running === undefined) throw new Error(`${device.name} runs nothing`);
    return running;
  }

  /** From its next start on, what the device says is mutated by this plan; the mutator takes others at any time. */
  mutate(device: SimDevice, plan: MutationPlan): Mutator {
    const mutator = new Mutator(this.random.fork('mutate', device.name), plan);
    this.#mutators.set(device.name, mutator);
    return mutator;
  }

  #networkOf(name: string, network: Network): Network {
    const mutator = this.#mutators.get(name);
    if (mutator === undefined) return network;
    const nameOf = (id: DeviceId): string =>
      this.devices().find((device) => device.id === id)?.name ?? id;
    return mutatingNetwork(network, { mutator, self: this.named(name).id, nameOf });
  }

  /** What Kith on the device says of its folder, or said last; undefined while it begins: what its last life said is no word of this one. */
  statusOf(device: SimDevice): FolderStatus | undefined {
    const running = this.#running.get(device.name);
    if (running === undefined) return undefined;
    if (device.life !== undefined && this.#lifeOf.get(running) !== device.life) return undefined;
    return running.folders()[0]?.status;
  }

  /** Says who knows whom; before any device is started. */
  link(links: Links): void {
    this.#links = links;
  }

  /** Links everybody with everybody. */
  mesh(): void {
    const names = this.devices().map((device) => device.name);
    this.#links = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
  }

  /** Starts Kith on the device, for the first time or again. */
  up(device: SimDevice): void {
    this.start(device, this.configOf(device));
  }

  upAll(): void {
    for (const device of this.devices()) this.up(device);
  }

  /** A power cut also makes the next start one of a new boot. */
  cutPower(device: SimDevice, model: Parameters<KithWorld['crash']>[1]): void {
    this.crash(device, model);
    this.#boots++;
    this.#bootsOf.set(device.name, { bootId: `boot ${this.#boots}`, atMs: this.scheduler.now });
  }

  /** The device takes part as this kind, from its next start or `tell` on. */
  setKind(device: SimDevice, kind: FolderKind): void {
    this.#kinds.set(device.name, kind);
  }

  /** The device's folder is paused, or not, from its next start or `retell` on. */
  setPaused(device: SimDevice, isPaused: boolean): void {
    if (isPaused) this.#paused.add(device.name);
    else this.#paused.delete(device.name);
  }

  /** A person at the running device says that there shall be no connection to the other, or again. */
  pauseDevice(device: SimDevice, other: SimDevice, isPaused: boolean): void {
    const pair = `${device.name} ${other.name}`;
    if (isPaused) this.#apart.add(pair);
    else this.#apart.delete(pair);
    this.retell(device);
  }

  /** The running device is told its configuration as it is by now: the next thing that happens once the world runs on. */
  retell(device: SimDevice): void {
    const { life } = device;
    if (life === undefined) throw new Error(`${device.name} is not running`);
    const act = (): void => {
      void this.kith(device).update(this.configOf(device));
    };
    this.scheduler.after(0, act, { label: `${device.name} is told`, owner: life });
  }

  configOf(device: SimDevice): DeviceConfig {
    const peers = this.#links.flatMap(([a, b]) =>
      a === device.name ? [b] : b === device.name ? [a] : [],
    );
    const others = peers.map((name) => this.named(name));
    return {
      name: device.name,
      listen: [device.address],
      devices: others.map(({ id, name, address }) => ({
        id,
        name,
        addresses: [address],
        isPaused: this.#apart.has(`${device.name} ${name}`),
      })),
      folders: [
        {
          id: FOLDER,
          path: device.root,
          kind: this.#kinds.get(device.name) ?? 'send-receive',
          isPaused: this.#paused.has(device.name),
          devices: others.map(({ id }) => id),
        },
      ],
    };
  }

  /** Every running device says that all is equal. */
  isIdle(): boolean {
    return this.devices()
      .filter((device) => device.life !== undefined)
      .every((device) => {
        const folders = this.#running.get(device.name)?.folders() ?? [];
        return folders.length > 0 && folders.every((each) => each.status.state === 'idle');
      });
  }
}
