/** Stories in which devices run Kith itself: told twice, and judged by what stands on every disk at the end. */

import assert from 'node:assert/strict';
import type { DeviceOptions, SimDevice } from '../../lab/sim/device.ts';
import type { CallHook } from '../../lab/sim/disk.ts';
import { FOLDER, KithWorld } from '../../lab/sim/kith-world.ts';
import { tellTwice } from '../../lab/sim/story.ts';
import { toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/sha256.ts';
import type { FolderStatus } from '../../src/engine/folder-status.ts';
import { parseRelPath } from '../../src/model/path.ts';
import type { FileCall } from '../../src/ports/file-system.ts';
import type { FolderStore, OurEntry } from '../../src/ports/folder-store.ts';

/** The devices come in the order in which they were named; all know each other, and none has been started. */
export type Tale = (world: KithWorld, ...devices: SimDevice[]) => Promise<void>;

/** Who there is, and what is special about them. */
export type Cast = Readonly<Record<string, DeviceOptions>>;

/** Tells the tale twice, from the same seed; what stands everywhere at the end is part of what must be equal. */
export async function told(cast: Cast, tale: Tale, seed = 1): Promise<void> {
  await tellTwice(seed, async (drawn) => {
    const world = new KithWorld(drawn);
    const devices = Object.entries(cast).map(([name, options]) => world.device(name, options));
    world.mesh();
    await tale(world, ...devices);
    return { trace: world.traceHash(), trees: devices.map(treeOf) };
  });
}

/** Nobody is special. */
export function cast(...names: readonly string[]): Cast {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** Lets the world come to rest and sees that every running device (of these) says so. */
export async function calm(
  world: KithWorld,
  devices: readonly SimDevice[] = world.devices(),
): Promise<void> {
  await world.rest();
  for (const device of devices) {
    if (device.life === undefined) continue;
    const { state, stateReason, problems } = statusOf(world, device);
    assert.equal(state, 'idle', `${device.name}: ${stateReason} ${JSON.stringify(problems)}`);
  }
}

/** Starts it with nobody else there and one file, of which the name is the content; it has looked at all. */
export async function startAlone(world: KithWorld, device: SimDevice, path: string): Promise<void> {
  device.person.write(path, path);
  world.up(device);
  await calm(world, [device]);
}

/** What the device says of the shared folder. */
export function statusOf(world: KithWorld, device: SimDevice): FolderStatus {
  const [folder] = world.kith(device).folders();
  if (folder === undefined) throw new Error(`${device.name} has no folder`);
  return folder.status;
}

/** What stands on a device, one line for each path; times and modes of directories aside. */
export function treeOf(device: SimDevice): readonly string[] {
  return [...device.person.tree()].map(([path, { kind, content }]) =>
    kind === 'directory' ? `${path}/` : line(path, kind, content),
  );
}

/** Long content stands as its beginning, its length and its hash. */
export function line(path: string, kind: 'file' | 'symlink' | 'other', content: string): string {
  const sign = kind === 'symlink' ? '->' : '=';
  if (content.length < 200) return `${path} ${sign} ${content}`;
  const hash = toHex(sha256(content)).slice(0, 12);
  return `${path} ${sign} ${content.slice(0, 20).replaceAll('\n', ' ')} (${content.length}, ${hash})`;
}

/** The same lines on every device. */
export function assertTrees(devices: readonly SimDevice[], expected: readonly string[]): void {
  for (const device of devices) assert.deepEqual(treeOf(device), expected, device.name);
}

/** The same, whatever it is; the lines. */
export function assertEqualTrees(devices: readonly SimDevice[]): readonly string[] {
  const [first, ...others] = devices.map(treeOf);
  for (const [index, tree] of others.entries()) {
    assert.deepEqual(tree, first, `${devices[index + 1]?.name} against ${devices[0]?.name}`);
  }
  return first ?? [];
}

/** Names of conflict copies. */
export function copiesOn(device: SimDevice): readonly string[] {
  return [...device.person.contents().keys()].filter((path) => path.includes('.sync-conflict-'));
}

/** The device's database, of its life or of its last end. */
export function storeOf(device: SimDevice): FolderStore {
  const store = device.life?.store.folder(FOLDER);
  if (store === undefined) throw new Error(`${device.name} is not running`);
  return store;
}

/** The device's row at a path. */
export function rowOf(device: SimDevice, path: string): OurEntry {
  const row = storeOf(device).ours(parseRelPath(path));
  if (row === undefined) throw new Error(`${device.name} has no row of ${path}`);
  return row;
}

/** Bytes that have travelled between any two devices. */
export function bytesOf(world: KithWorld): number {
  const devices = world.devices();
  return devices.reduce((sum, a) => sum + devices.reduce((part, b) => part + between(a, b), 0), 0);
  function between(a: SimDevice, b: SimDevice): number {
    return a === b ? 0 : world.network.bytes(a.name, b.name);
  }
}

/** Content of a length of its own for each name: no two blocks of any two are alike. */
export function bulk(name: string, bytes: number): string {
  let text = '';
  for (let line = 0; text.length < bytes; line++) text += `${name} ${line}\n`;
  return text.slice(0, bytes);
}

/** Acts before each call of a program of the device, as a person or as chance; the result ends it. */
export function onJob(
  device: SimDevice,
  program: string,
  act: (call: FileCall) => void,
): () => void {
  const hook: CallHook = (call, { job }) => {
    if (job === program) act(call);
  };
  device.hooks.add(hook);
  return () => device.hooks.delete(hook);
}

/** From now on nothing tells the device's programs of changes: only a look of their own notices them. */
export function loseEvents(device: SimDevice): void {
  device.tree.listeners.clear();
}
