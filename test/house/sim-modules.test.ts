// What the simulator tests is what runs: a simulated device loads the same modules as the daemon, in every folder that
// decides anything. Only hosts, stores and what people see differ.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from './planted-house.ts';

const SAME = ['engine', 'peer', 'bep', 'planner', 'model'];

const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm;
/** Modules that a worker loads are named by a URL without an ending. */
const WORKER = /\b(?:moduleUrl|new URL)\(\s*['`](\.[^'`$]*?)(?:\.\$\{\w+\})?['`]/g;

/** Files of the project that are loaded with this one, itself too; imports of types alone load nothing. */
function loadedWith(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (loaded.has(file)) continue;
    loaded.add(file);
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    open.push(...referencesIn(text).flatMap((reference) => resolve(file, reference)));
  }
  return loaded;
}

function referencesIn(text: string): readonly string[] {
  return [IMPORT, WORKER].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, to]) => to ?? ''),
  );
}

function resolve(from: string, reference: string): readonly string[] {
  const target = path.join(path.dirname(from), reference);
  return [target, `${target}.ts`].filter(
    (file) => file.endsWith('.ts') && existsSync(path.join(ROOT, file)),
  );
}

function decisive(files: ReadonlySet<string>): readonly string[] {
  const folders = SAME.map((folder) => `src/${folder}/`);
  return [...files].filter((file) => folders.some((folder) => file.startsWith(folder))).sort();
}

test('a simulated device and the daemon load the same modules of every folder that decides', () => {
  const daemon = loadedWith('src/daemon/main.ts');
  assert.ok(daemon.has('src/host/disk-worker.ts') && daemon.has('src/daemon/device.ts'));
  const inDaemon = decisive(daemon);
  for (const folder of SAME) {
    assert.ok(
      inDaemon.some((file) => file.startsWith(`src/${folder}/`)),
      folder,
    );
  }
  assert.deepEqual(decisive(loadedWith('lab/sim/kith-world.ts')), inDaemon);
});

test('the composition itself is shared: the simulator starts what the daemon starts', () => {
  const simulated = loadedWith('lab/sim/kith-world.ts');
  assert.ok(simulated.has('src/daemon/device.ts'));
  const hosts = [...simulated].filter((file) => /^src\/(?:host|cli|api)\//.test(file));
  assert.deepEqual(hosts, []);
});
