/**
 * Devices that are entitled to nothing learn nothing: each story is told with two sets of private data, and what the wire
 * brings to the curious one is the same to the byte (I19, I21, LNK-06, MAL-10, MAL-11, MAL-12).
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimDevice } from '../../lab/sim/device.ts';
import { KithWorld } from '../../lab/sim/kith-world.ts';
import { auditWire, type Transcript, WireRecord } from '../../lab/sim/oracles/wire-audit.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import { encodeFrame } from '../../src/bep/frame.ts';
import { MessageType } from '../../src/bep/message-type.ts';
import { encodeIndex } from '../../src/bep/messages/index-message.ts';
import { encodeRequest } from '../../src/bep/messages/request.ts';
import type { DeviceConfig } from '../../src/daemon/device.ts';
import { type FolderId, parseFolderId } from '../../src/model/folder.ts';
import { parseRelPath } from '../../src/model/path.ts';
import { fileEntry } from '../support/builders.ts';
import { RawPeer, type RawTalk } from './raw-peer.ts';
import { bulk } from './scene.ts';

/** What only the desk and the laptop may know. */
interface Private {
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  /** A large file of the same size in both. */
  readonly large: string;
  readonly laptop: string;
}

const ONE: Private = {
  folders: ['plans', 'guess'],
  files: { guess: 'a guess', 'd/secret': 'secret', other: 'x'.repeat(1000) },
  large: 'large',
  laptop: 'laptop',
};
const OTHER: Private = {
  folders: ['nothing'],
  files: { 'another one': 'y' },
  large: 'LARGE',
  laptop: 'notebook',
};

const LARGE_BYTES = 4 * 1024 * 1024;
const GUESSED = parseFolderId('guess');

interface Scene {
  readonly world: KithWorld;
  readonly desk: SimDevice;
  readonly laptop: SimDevice;
  readonly mallory: SimDevice;
  readonly data: Private;
  readonly config: DeviceConfig;
}

type Tale = (scene: Scene) => Promise<Transcript>;

/** Tells it with both; gives one of the two equal transcripts. */
async function audited(tale: Tale): Promise<Transcript> {
  const one = await tale(sceneOf(ONE));
  const other = await tale(sceneOf(OTHER));
  assert.deepEqual(auditWire(one, other), []);
  return one;
}

function sceneOf(data: Private): Scene {
  const world = new KithWorld(1);
  const [desk, laptop, mallory] = [
    world.device('desk'),
    world.device('laptop'),
    world.device('mallory'),
  ];
  for (const [path, content] of Object.entries(data.files)) desk.person.write(path, content);
  desk.person.write(data.large, bulk(data.large, LARGE_BYTES));
  const config = configOf(desk, { others: [laptop], folders: data.folders });
  return { world, desk, laptop, mallory, data, config };
}

/** All folders stand in the same place, which no two of them share at once: only the first is open. */
function configOf(
  self: SimDevice,
  { others, folders }: { others: readonly SimDevice[]; folders: readonly string[] },
): DeviceConfig {
  const ids = others.map(({ id }) => id);
  return {
    name: self.name,
    listen: [self.address],
    devices: others.map(({ id, name, address }) => ({ id, name, addresses: [address] })),
    folders: folders.map((folder, at) => ({
      id: parseFolderId(folder),
      path: at === 0 ? self.root : `${self.root}/none`,
      kind: 'send-receive',
      isPaused: false,
      devices: ids,
    })),
  };
}

/** Asks for everything that could be there, by its name and by guesses. */
function pry(talk: RawTalk, folder: FolderId): void {
  const ask = (id: number, path: string, size: number): Uint8Array =>
    concatBytes(
      encodeFrame(MessageType.request, [
        encodeRequest({
          id,
          folder,
          request: { path: parseRelPath(path), offset: 0, size, hash: new Uint8Array(0) },
        }),
      ]),
    );
  talk.say([ask(1, 'guess', 7), ask(2, 'd/secret', 6), ask(3, 'large', 1000), ask(4, 'none', 1)]);
}

test('I19: an unknown device that knocks again and again is told not a byte', async () => {
  const transcript = await audited(async ({ world, desk, laptop, mallory, data, config }) => {
    const record = new WireRecord(world.network, 'mallory');
    world.start(desk, config);
    world.start(laptop, configOf(laptop, { others: [desk], folders: data.folders }));
    await world.run({ ms: 10_000 });
    const raw = new RawPeer(mallory, desk, {
      open: (talk) => [talk.introduce([fileEntry('x')]), pry(talk, GUESSED)],
    });
    for (let i = 0; i < 10; i++) {
      raw.dial();
      await world.run({ ms: 1000 });
    }
    assert.ok(raw.talks.every((talk) => talk.hasEnded));
    return record.end();
  });
  assert.deepEqual(transcript, []);
});

test('the audit hears the difference where there is one: a device that shares the folder', async () => {
  const tale: Tale = async ({ world, desk, mallory, data }) => {
    const record = new WireRecord(world.network, 'mallory');
    const folders = data.folders.slice(0, 1);
    world.start(desk, configOf(desk, { others: [mallory], folders }));
    await world.run({ ms: 20_000 });
    const folder = parseFolderId(folders[0] ?? '');
    const open = (talk: RawTalk) => [talk.hello(), talk.config(0, 7n, folder)];
    new RawPeer(mallory, desk, { open }).dial();
    await world.run({ ms: 10_000 });
    return record.end();
  };
  const [one, other] = [await tale(sceneOf(ONE)), await tale(sceneOf(OTHER))];
  assert.equal(auditWire(one, one).length, 0);
  assert.equal(auditWire(one, other).length, 1);
  assert.equal(auditWire(one, []).length, 1);
});

const FOLDERS = { 'one that is there': 'guess', 'one that is nowhere': 'elsewhere' } as const;

for (const [which, folder] of Object.entries(FOLDERS)) {
  test(`I19: a known device that asks for a folder that is not shared with it, ${which}, learns nothing`, async () => {
    const transcript = await audited(async (scene) => {
      const { world, desk, mallory, config } = scene;
      const record = new WireRecord(world.network, 'mallory');
      world.start(desk, { ...config, devices: [...config.devices, known(mallory)] });
      await world.run({ ms: 10_000 });
      const raw = new RawPeer(mallory, desk, { open: () => undefined });
      const id = parseFolderId(folder);
      const index = encodeFrame(MessageType.index, [
        encodeIndex({ folder: id, entries: [{ ...fileEntry('x'), sequence: 1 }] }, 0),
      ]);
      const tries: readonly ((talk: RawTalk) => void)[] = [
        (talk) => talk.hello(),
        (talk) => [talk.hello(), talk.config(0, 7n, id)],
        (talk) => [talk.hello(), talk.config(0, 7n, id), pry(talk, id)],
        (talk) => [talk.hello(), talk.config(1, 7n, id), talk.say(index)],
        (talk) => [talk.hello(), pry(talk, id)],
      ];
      for (const open of tries) {
        raw.dial({ open });
        await world.run({ ms: 400_000 });
      }
      return record.end();
    });
    assert.ok(transcript.length >= 5 && transcript.every(({ bytes }) => bytes.length > 0));
  });
}

const LOSSES: Readonly<Record<string, (config: DeviceConfig, mallory: SimDevice) => DeviceConfig>> =
  {
    'the folder is not shared with it any more': (config, mallory) => ({
      ...config,
      folders: config.folders.map((folder) => ({
        ...folder,
        devices: folder.devices.filter((id) => id !== mallory.id),
      })),
    }),
    'it is removed': (config, mallory) => ({
      ...config,
      devices: config.devices.filter(({ id }) => id !== mallory.id),
      folders: config.folders.map((folder) => ({
        ...folder,
        devices: folder.devices.filter((id) => id !== mallory.id),
      })),
    }),
    'the folder is removed': (config) => ({ ...config, folders: config.folders.slice(1) }),
  };

for (const [what, lose] of Object.entries(LOSSES)) {
  test(`I21: from the moment on in which ${what}, nothing private is written, not even the rest of a message`, async () => {
    const transcript = await audited(async ({ world, desk, mallory, data }) => {
      world.network.shape('desk', 'mallory', { delayMs: 5, jitterMs: 0, bytesPerMs: 500 });
      const config = configOf(desk, { others: [mallory], folders: data.folders.slice(0, 1) });
      world.start(desk, config);
      await world.run({ ms: 20_000 });
      const folder = parseFolderId(data.folders[0] ?? '');
      const raw = new RawPeer(mallory, desk, {
        open: (talk) => [talk.hello(), talk.config(0, 7n, folder)],
      });
      raw.dial();
      await world.run({ ms: 5000 });
      const path = parseRelPath(data.large);
      for (let i = 0; i < 4; i++) {
        raw.last.request({ path, offset: 0, size: LARGE_BYTES, hash: new Uint8Array(0) }, folder);
      }
      await world.run({ ms: 2000 });
      const got = world.network.bytes('desk', 'mallory');
      assert.ok(got > 500_000 && got < LARGE_BYTES, `${got} bytes have arrived`);
      const record = new WireRecord(world.network, 'mallory');
      const updated = world.kith(desk).update(lose(config, mallory));
      desk.person.write(`new ${data.large}`, 'news');
      await world.run({ ms: 600_000 });
      await updated;
      return record.end();
    });
    const bytes = transcript.reduce((sum, each) => sum + each.bytes.length, 0);
    assert.ok(bytes < 10_000, `${bytes} bytes were written afterwards`);
  });
}

test('I21: all folders are unshared at once, and not one after the other', async () => {
  const { world, desk, mallory } = sceneOf(ONE);
  const { tree } = desk;
  const second = tree.make({ dir: tree.root, name: 'second' }, 'directory', { mode: 0o755 });
  const file = tree.make({ dir: second, name: 'secret' }, 'file', { mode: 0o644 });
  tree.write(file, new TextEncoder().encode('secret'), 0);
  const plain = configOf(desk, { others: [mallory], folders: ['first', 'second'] });
  const folders = plain.folders.map((folder, at) =>
    at === 0 ? folder : { ...folder, path: '/second' },
  );
  const unshared = folders.map((folder) => ({ ...folder, devices: [] }));
  world.start(desk, { ...plain, folders });
  await world.run({ ms: 20_000 });
  const id = parseFolderId('second');
  const raw = new RawPeer(mallory, desk, {
    open: (talk) => [talk.hello(), talk.config(0, 7n, id)],
  });
  raw.dial();
  await world.run({ ms: 5000 });
  const piece = { path: parseRelPath('secret'), offset: 0, size: 6, hash: new Uint8Array(0) };
  raw.last.request(piece, id);
  await world.run({ ms: 5000 });
  assert.equal(raw.last.heard('response').length, 1, 'while it is shared it is given');
  let updated: Promise<void> | undefined;
  desk.hooks.add((call, { job }) => {
    if (job === 'serve' && call.call === 'read')
      updated ??= world.kith(desk).update({ ...plain, folders: unshared });
  });
  raw.last.request(piece, id);
  await world.run({ ms: 30_000 });
  assert.ok(updated !== undefined);
  await updated;
  assert.equal(raw.last.heard('response').length, 1);
});

function known({ id, name }: SimDevice): DeviceConfig['devices'][number] {
  return { id, name, addresses: [] };
}
