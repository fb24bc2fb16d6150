/** A whole simulated world, with a small program in place of the engine: it mirrors one file to the other device. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BannedGlobalError } from '../../lab/sim/banned-globals.ts';
import type { DevicePorts, SimDevice } from '../../lab/sim/device.ts';
import { tellTwice } from '../../lab/sim/story.ts';
import { type Running, SimWorld } from '../../lab/sim/world.ts';
import { asKithError } from '../../src/base/error.ts';
import { TaskGroup } from '../../src/base/task-group.ts';
import {
  close,
  openFile,
  openRoot,
  read,
  removeFile,
  rename,
  statusOf,
  sync,
  write,
} from '../../src/engine/file-calls.ts';
import type { DirHandle, FileProgram } from '../../src/ports/file-system.ts';
import type { FolderIdentity } from '../../src/ports/folder-store.ts';
import type { Connection } from '../../src/ports/network.ts';

function* load({
  root,
  name,
}: {
  root: string;
  name: string;
}): FileProgram<Uint8Array | undefined> {
  const dir = yield* openRoot(root);
  if (dir === undefined) return undefined;
  const file = yield* openFile({ dir, name }, 'read');
  if (file === undefined) return yield* ended(undefined, dir);
  const into = new Uint8Array((yield* statusOf(file)).size);
  yield* read(file, into, 0);
  yield* close(file);
  return yield* ended(into, dir);
}

function* ended<Result>(result: Result, dir: DirHandle): FileProgram<Result> {
  yield* close(dir);
  return result;
}

interface Publication {
  readonly root: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

function* publish({ root, name, bytes }: Publication): FileProgram<undefined> {
  const dir = yield* openRoot(root);
  if (dir === undefined) throw new Error('no root');
  const file = yield* openFile({ dir, name: 'stage' }, 'create');
  if (file === undefined) throw new Error('no file');
  yield* write(file, bytes, 0);
  yield* sync(file);
  yield* close(file);
  const from = { dir, name: 'stage' };
  try {
    yield* rename({ from, to: { dir, name }, how: 'keep' });
  } catch (error) {
    if (asKithError(error, 'FILE_EXISTS') === undefined) throw error;
    yield* rename({ from, to: { dir, name }, how: 'exchange' });
    yield* removeFile(dir, 'stage');
  }
  yield* sync(dir);
  return yield* ended(undefined, dir);
}

const programs = { load, publish };
type Ports = DevicePorts<typeof programs>;

interface Config {
  readonly root: string;
  /** Whom to dial, for the one that sends. */
  readonly to?: string;
  readonly listen: string;
  /** Something to do besides. */
  readonly besides?: (ports: Ports) => unknown;
}

async function boot(ports: Ports, config: Config, signal: AbortSignal): Promise<Running> {
  config.besides?.(ports);
  const group = new TaskGroup(signal);
  if (config.to === undefined) group.start((ending) => receive(ports, config, ending));
  else group.start((ending) => send(ports, config, ending));
  return { done: group.join() };
}

async function receive(
  { network, disk, log }: Ports,
  config: Config,
  signal: AbortSignal,
): Promise<void> {
  const listener = await network.listen(config.listen, signal);
  const publishAll = async (connection: Connection): Promise<void> => {
    let line = '';
    for await (const pieces of connection.incoming) {
      for (const piece of pieces) line += new TextDecoder().decode(piece);
      if (!line.endsWith('\n')) continue;
      const bytes = new TextEncoder().encode(line.slice(0, -1));
      line = '';
      await disk.run('publish', { root: config.root, name: 'mirror', bytes }, { urgency: 0 });
      log.write('info', 'published', { bytes: bytes.length });
    }
  };
  for await (const connection of listener.connections) {
    publishAll(connection).catch((error: unknown) => log.write('warn', 'lost', { error }));
  }
}

async function send(
  { network, disk, watcher, clock }: Ports,
  config: Config,
  signal: AbortSignal,
): Promise<void> {
  const watch = watcher.watch(config.root, signal);
  const connection = await network.dial(config.to ?? '', signal);
  for await (const batch of watch.batches) {
    if (!batch.events.some(({ path, kind }) => path === 'original' && kind === 'settled')) continue;
    const bytes = await disk.run('load', { root: config.root, name: 'original' }, { urgency: 1 });
    if (bytes !== undefined) await connection.write([bytes, Uint8Array.of(10)]);
    await clock.sleep(10, signal);
  }
}

type World = SimWorld<Config, typeof programs>;

function newWorld(seed: number): { world: World; near: SimDevice; far: SimDevice } {
  const world: World = new SimWorld(seed, { boot, programs });
  const near = world.device('near');
  const far = world.device('far', { clockOffsetMs: -5_000 });
  return { world, near, far };
}

function startBoth({ world, near, far }: ReturnType<typeof newWorld>): void {
  world.start(far, { root: far.root, listen: far.address });
  world.start(near, { root: near.root, listen: near.address, to: far.address });
}

const quick = { quietMs: 1_000, limitMs: 60_000 };

describe('a world', () => {
  it('carries an edit from one device to another, the same way each time', async () => {
    const ending = await tellTwice(3, async (seed) => {
      const story = newWorld(seed);
      const { world, near, far } = story;
      startBoth(story);
      await world.run({ ms: 1_000 });
      for (const text of ['one', 'two', 'three']) {
        near.person.write('original', text);
        await world.rest(quick);
      }
      await world.stop(near);
      await world.stop(far);
      const published = far.log.filter(({ event }) => event === 'published').length;
      return { mirror: far.person.read('mirror'), published, trace: world.traceHash() };
    });
    assert.equal(ending.mirror, 'three');
    assert.equal(ending.published, 3);
  });
  it('finds out a story that depends on more than its seed', async () => {
    let tellings = 0;
    const story = async (seed: number): Promise<{ trace: string }> => {
      const { world, near } = newWorld(seed);
      world.start(near, { root: near.root, listen: near.address });
      tellings += 1;
      await world.run({ ms: tellings });
      near.person.write('x', 'y');
      await world.run({ ms: 5 });
      world.crash(near, 'kill');
      return { trace: world.traceHash() };
    };
    await assert.rejects(tellTwice(1, story), /told two stories/);
  });
  it('lets a person act between any two calls of a program', async () => {
    const story = newWorld(1);
    const { world, near, far } = story;
    startBoth(story);
    await world.run({ ms: 1_000 });
    const seen: string[] = [];
    far.hooks.add((call, { job, index }) => {
      seen.push(`${job} ${index} ${call.call}`);
      if (call.call === 'rename' && call.how === 'keep') far.person.write('mirror', 'by hand');
    });
    near.person.write('original', 'sent');
    await world.rest(quick);
    assert.equal(far.person.read('mirror'), 'sent');
    assert.ok(
      seen.includes('publish 6 rename') && seen.some((line) => line.endsWith('removeFile')),
    );
  });
  it('stops a program at the very call at which the power fails', async () => {
    const story = newWorld(1);
    const { world, near, far } = story;
    startBoth(story);
    await world.run({ ms: 1_000 });
    far.hooks.add((call) => {
      if (call.call === 'rename') world.crash(far, 'nothing');
    });
    near.person.write('original', 'sent');
    await world.rest(quick);
    assert.equal(far.life, undefined);
    assert.equal(far.person.tree().size, 0, 'nothing was published, nothing else was durable');
    assert.equal(far.log.length, 0, 'a dead program says nothing');
    far.hooks.clear();
    world.start(far, { root: far.root, listen: far.address });
    await world.run({ ms: 1_000 });
    assert.ok(far.life !== undefined);
  });
  it('keeps of a database what was committed, and can turn it back', async () => {
    const { world, near } = newWorld(1);
    const identity: FolderIdentity = {
      indexId: 1n,
      token: 'a',
      nextToken: 'a',
      bootId: 'b',
      endedCleanly: true,
      syncedSequence: 0,
      counterUsed: 0n,
      kind: 'send-receive',
    };
    const found: (string | undefined)[] = [];
    const begin = (token: string): Config => ({
      root: near.root,
      listen: near.address,
      besides: ({ store }) => {
        const folder = store.folder('f');
        found.push(folder.identity()?.token);
        void folder.commit({ identity: { ...identity, token } });
      },
    });
    world.start(near, begin('first'));
    await world.run({ ms: 100 });
    world.crash(near, 'nothing');
    const old = near.database();
    world.start(near, begin('second'));
    await world.run({ ms: 0 });
    world.crash(near, 'nothing');
    world.start(near, begin('third'));
    await world.run({ ms: 100 });
    world.crash(near, 'kill');
    near.replaceDatabase(old);
    world.start(near, begin('fourth'));
    await world.run({ ms: 0 });
    assert.deepEqual(found, [undefined, 'first', 'first', 'first']);
  });
  it('lets no program look at the real world, and leaves that world as it was', async () => {
    const uses: readonly (readonly [string, () => unknown])[] = [
      ['Date.now', () => Date.now()],
      ['Date', () => new Date()],
      ['setTimeout', () => setTimeout(() => undefined, 1)],
      ['setInterval', () => setInterval(() => undefined, 1)],
      ['fetch', () => fetch('http://127.0.0.1:1')],
      ['Math.random', () => Math.random()],
      ['performance.now', () => performance.now()],
    ];
    for (const [name, use] of uses) {
      const { world, near } = newWorld(1);
      world.start(near, { root: near.root, listen: near.address, besides: use });
      await assert.rejects(world.run({ ms: 10 }), BannedGlobalError, name);
    }
    assert.ok(Date.now() > 0 && Math.random() < 1 && performance.now() > 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  });
  it('ends when a program fails or ends by itself', async () => {
    const { world, near } = newWorld(1);
    const besides = (): never => {
      throw new Error('a bug');
    };
    world.start(near, { root: near.root, listen: near.address, besides });
    await assert.rejects(world.run({ ms: 10 }), /a bug/);
  });
});
