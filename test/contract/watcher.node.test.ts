/** The real watcher, on real directories: what a person does is told, and what is not told is admitted. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NodeWatcher } from '../../src/host/node-watcher.ts';
import type { WatchBatch, WatchEvent } from '../../src/ports/watcher.ts';

const LIMIT_MS = 10_000;

test('a file that is written and closed is settled', async (t) => {
  const { root, seen } = await watching(t);
  fs.writeFileSync(join(root, 'a'), 'x');
  await seen.event('a', 'settled');
});

test('a file that is being written says so, and a file never closed is not called settled', async (t) => {
  const { root, seen } = await watching(t);
  const fd = fs.openSync(join(root, 'a'), 'w');
  t.after(() => fs.closeSync(fd));
  await seen.event('a', 'writing');
  fs.writeSync(fd, 'x');
  fs.writeFileSync(join(root, 'end'), '');
  await seen.event('end', 'settled');
  assert.deepEqual(seen.kinds('a'), ['writing']);
});

test('what an editor does when it saves settles the name', async (t) => {
  const { root, seen } = await watching(t, (path) => fs.writeFileSync(join(path, 'text'), 'old'));
  fs.writeFileSync(join(root, '.text.swp'), 'new');
  fs.renameSync(join(root, 'text'), join(root, 'text~'));
  fs.renameSync(join(root, '.text.swp'), join(root, 'text'));
  fs.unlinkSync(join(root, 'text~'));
  for (const name of ['text', 'text~', '.text.swp']) await seen.event(name, 'settled');
});

test('links, second names, removals and changed modes are settled at once', async (t) => {
  const { root, seen } = await watching(t, (path) => {
    for (const name of ['first', 'gone', 'mode']) fs.writeFileSync(join(path, name), 'x');
  });
  fs.symlinkSync('nowhere', join(root, 'link'));
  fs.linkSync(join(root, 'first'), join(root, 'second'));
  fs.unlinkSync(join(root, 'gone'));
  fs.chmodSync(join(root, 'mode'), 0o700);
  for (const name of ['link', 'second', 'gone', 'mode']) await seen.event(name, 'settled');
});

test('no file in directories made in a burst is missed: each is told or found under a tree', async (t) => {
  const { root, seen } = await watching(t);
  const made: string[] = [];
  for (let i = 0; i < 60; i++) {
    const dir = `a${i}/b/c/d`;
    fs.mkdirSync(join(root, dir), { recursive: true });
    for (const part of [`a${i}/1`, `a${i}/b/2`, `${dir}/3`]) {
      fs.writeFileSync(join(root, part), 'x');
      made.push(part);
    }
  }
  const known = new Set<string>();
  await seen.until(() => {
    // As the reader of events does: a tree is listed after its event came.
    for (const { path, kind } of seen.fresh()) {
      known.add(path);
      if (kind !== 'tree') continue;
      const below = fs.readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
      for (const name of below) known.add(`${path}/${name}`);
    }
    return made.every((path) => known.has(path));
  });
  // Each of them is watched by now.
  for (let i = 0; i < 60; i++) fs.writeFileSync(join(root, `a${i}/b/c/d/late`), 'x');
  for (let i = 0; i < 60; i++) await seen.event(`a${i}/b/c/d/late`, 'settled');
});

test('a directory that moves is told at both names and watched at the new one', async (t) => {
  const { root, seen } = await watching(t, (path) => {
    fs.mkdirSync(join(path, 'a/deep/deeper'), { recursive: true });
    fs.mkdirSync(join(path, 'b'));
  });
  fs.renameSync(join(root, 'a'), join(root, 'b/moved'));
  await seen.event('a', 'settled');
  await seen.event('b/moved', 'tree');
  fs.writeFileSync(join(root, 'b/moved/deep/deeper/file'), 'x');
  await seen.event('b/moved/deep/deeper/file', 'settled');
  assert.ok(seen.all().every(({ path }) => !path.startsWith('a/')));
});

test('a directory that moves in is a tree, one that moves out is heard of no more', async (t) => {
  const outside = tempDir(t);
  fs.mkdirSync(join(outside, 'in/deep'), { recursive: true });
  const { root, seen } = await watching(t, (path) => {
    fs.mkdirSync(join(path, 'out/deep'), { recursive: true });
  });
  fs.renameSync(join(outside, 'in'), join(root, 'in'));
  fs.renameSync(join(root, 'out'), join(outside, 'out'));
  await seen.event('in', 'tree');
  await seen.event('out', 'settled');
  fs.writeFileSync(join(outside, 'out/deep/file'), 'x');
  fs.writeFileSync(join(root, 'in/deep/file'), 'x');
  await seen.event('in/deep/file', 'settled');
  assert.deepEqual(seen.kinds('out/deep/file'), []);
});

test('a removed tree is told from its top, and its name can be used again', async (t) => {
  const { root, seen } = await watching(t, (path) => {
    fs.mkdirSync(join(path, 'a/b/c'), { recursive: true });
  });
  fs.rmSync(join(root, 'a'), { recursive: true });
  await seen.event('a', 'settled');
  fs.mkdirSync(join(root, 'a'));
  await seen.event('a', 'tree');
  fs.writeFileSync(join(root, 'a/file'), 'x');
  await seen.event('a/file', 'settled');
});

test('what Kith keeps for itself is left out', async (t) => {
  const stage = `.kith-${'0a'.repeat(16)}`;
  const { root, seen } = await watching(t, (path) => fs.mkdirSync(join(path, 'dir')));
  fs.mkdirSync(join(root, '.kith/stage'), { recursive: true });
  fs.writeFileSync(join(root, '.kith/stage/file'), 'x');
  fs.writeFileSync(join(root, 'dir', stage), 'x');
  fs.mkdirSync(join(root, 'dir/.kith'));
  fs.renameSync(join(root, 'dir', stage), join(root, 'dir/file'));
  await seen.event('dir/file', 'settled');
  await seen.event('dir/.kith', 'tree');
  assert.deepEqual([...new Set(seen.all().map(({ path }) => path))].sort(), [
    'dir/.kith',
    'dir/file',
  ]);
});

test('a link to a directory is not entered', async (t) => {
  const outside = tempDir(t);
  const { root, seen } = await watching(t, (path) => fs.symlinkSync(outside, join(path, 'link')));
  fs.writeFileSync(join(outside, 'file'), 'x');
  fs.writeFileSync(join(root, 'end'), '');
  await seen.event('end', 'settled');
  assert.deepEqual(seen.kinds('link/file'), []);
});

test('a name that is no UTF-8 makes its directory worth a look (PRM-11)', async (t) => {
  const { root, seen } = await watching(t, (path) => fs.mkdirSync(join(path, 'dir')));
  fs.writeFileSync(Buffer.concat([Buffer.from(join(root, 'dir/')), Buffer.of(0x66, 0xff)]), 'x');
  await seen.event('dir', 'tree');
});

test('a root that goes away is admitted, and watched again when it comes back', async (t) => {
  const { root, seen } = await watching(t);
  fs.renameSync(root, `${root}-away`);
  await seen.until(() => seen.last()?.blind !== undefined);
  assert.ok(seen.overflows() > 0);
  fs.renameSync(`${root}-away`, root);
  await seen.until(() => seen.last()?.blind === undefined);
  fs.writeFileSync(join(root, 'a'), 'x');
  await seen.event('a', 'settled');
});

test('a root that is not there yet is blind until it is', async (t) => {
  const root = join(tempDir(t), 'later');
  const { seen } = await watchRoot(t, root);
  await seen.until(() => seen.last()?.blind?.includes('not there') === true);
  fs.mkdirSync(root);
  await seen.until(() => seen.last()?.blind === undefined && seen.overflows() > 0);
  fs.writeFileSync(join(root, 'a'), 'x');
  await seen.event('a', 'settled');
});

test('a reader that lags learns that events were lost, and the news stay bounded (WCH-01)', async (t) => {
  const root = tempDir(t, '/dev/shm');
  const stop = new AbortController();
  t.after(() => stop.abort());
  const watch = new NodeWatcher().watch(root, stop.signal);
  await watch.ready;
  // Each name is one event; 16,384 are on the way and 65,536 wait at most.
  for (let i = 0; i < 100_000; i++) {
    fs.symlinkSync('x', join(root, `n${i}`));
    if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  let [events, overflows] = [0, 0];
  for await (const batch of watch.batches) {
    events += batch.events.length;
    assert.ok(batch.events.length <= 4096);
    if (batch.overflow) overflows++;
    if (overflows > 0) break;
  }
  assert.ok(events <= 16_384 + 4096, `${events}`);
});

test('an abort ends the batches without an error and the thread soon', async (t) => {
  // Now and then a busy machine is slow; an end that waits for anything would be so always.
  const tookMs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { stop, ended } = await watching(t);
    const began = performance.now();
    stop.abort();
    await ended;
    tookMs.push(performance.now() - began);
  }
  assert.ok(Math.min(...tookMs) < 100, `it took ${tookMs.join(', ')} ms`);
  const script = fileURLToPath(new URL('../support/watch-and-end.ts', import.meta.url));
  const run = spawnSync(process.execPath, [script, tempDir(t)], { timeout: LIMIT_MS });
  assert.equal(run.status, 0, String(run.stderr));
  const endingMs = Number(run.stdout);
  assert.ok(Date.now() - endingMs < 3000, `${Date.now() - endingMs} ms`);
});

test('where the limit on watches is reached, that is said with what to raise (WCH-02, DSK-05)', (t) => {
  const script = fileURLToPath(new URL('../support/watch-limited.ts', import.meta.url));
  const root = tempDir(t);
  for (let i = 0; i < 30; i++) fs.mkdirSync(join(root, `d${i}`));
  const limit = 'echo 10 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"';
  const args = ['-Ur', 'sh', '-c', limit, process.execPath, script, root];
  const run = spawnSync('unshare', args, { encoding: 'utf8', timeout: LIMIT_MS });
  assert.match(
    run.stdout,
    /^21 directories are not watched: .* raise fs\.inotify\.max_user_watches \(now \d+\)\n$/,
    run.stderr,
  );
});

async function watching(t: TestContext, prepare?: (root: string) => void) {
  const root = tempDir(t);
  prepare?.(root);
  return await watchRoot(t, root);
}

async function watchRoot(t: TestContext, root: string) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const watch = new NodeWatcher().watch(root, stop.signal);
  const seen = new Seen();
  const ended = (async () => {
    for await (const batch of watch.batches) seen.add(batch);
  })();
  await watch.ready;
  return { root, seen, stop, ended };
}

function tempDir(t: TestContext, parent = tmpdir()): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(parent, 'kith-watch-')));
  t.after(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

/** All that was heard, and waiting for what was not yet. */
class Seen {
  readonly #batches: WatchBatch[] = [];
  #read = 0;
  #wake: () => void = () => undefined;

  add(batch: WatchBatch): void {
    this.#batches.push(batch);
    this.#wake();
  }

  all(): readonly WatchEvent[] {
    return this.#batches.flatMap(({ events }) => events);
  }

  /** What came since the last call. */
  fresh(): readonly WatchEvent[] {
    const events = this.#batches.slice(this.#read).flatMap((batch) => batch.events);
    this.#read = this.#batches.length;
    return events;
  }

  last(): WatchBatch | undefined {
    return this.#batches.at(-1);
  }

  overflows(): number {
    return this.#batches.filter(({ overflow }) => overflow).length;
  }

  kinds(path: string): readonly string[] {
    const events = this.all().filter((event) => event.path === path);
    return [...new Set(events.map(({ kind }) => kind))];
  }

  async event(path: string, kind: WatchEvent['kind']): Promise<void> {
    await this.until(() => this.kinds(path).includes(kind), `${kind} ${path}`);
  }

  async until(isSo: () => boolean, what = 'the condition'): Promise<void> {
    const limit = performance.now() + LIMIT_MS;
    while (!isSo()) {
      const left = limit - performance.now();
      assert.ok(left > 0, `${what} in time; heard ${JSON.stringify(this.#batches).slice(0, 2000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
