// The layers hold because a tool holds them: each planted breach must be found, by its rule.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { LAYERS, PURE_FOLDERS } from '../../tools/layers.ts';
import { PlantedHouse, ROOT } from './planted-house.ts';

const one = 'export const one = 1;\n';
const importing = (from: string): string => `import { one } from '${from}';\nconsole.log(one);\n`;
const using = (module: string): string => `import * as it from '${module}';\nconsole.log(it);\n`;

/** What is planted in every folder, to be imported by the breaches. */
const TARGETS: Readonly<Record<string, string>> = Object.fromEntries(
  [...LAYERS.flat().map((folder) => `src/${folder}`), 'lab'].map((at) => [`${at}/one.ts`, one]),
);

type Breach = { readonly rule: string; readonly file: string; readonly text: string };

const BREACHES: Readonly<Record<string, Breach>> = {
  'base imports model': {
    rule: 'upward-from-layer-0',
    file: 'src/base/a.ts',
    text: importing('../model/one.ts'),
  },
  'a pure folder imports an effectful one as a type only': {
    rule: 'upward-from-layer-2',
    file: 'src/planner/a.ts',
    text: `import type { one } from '../engine/one.ts';\nexport type A = typeof one;\n`,
  },
  'engine imports host': {
    rule: 'upward-from-layer-3',
    file: 'src/engine/a.ts',
    text: importing('../host/one.ts'),
  },
  'a unit test imports what lies above it': {
    rule: 'upward-from-layer-1',
    file: 'src/model/a.test.ts',
    text: importing('../host/one.ts'),
  },
  'host imports the daemon': {
    rule: 'upward-from-layer-4',
    file: 'src/host/a.ts',
    text: importing('../daemon/one.ts'),
  },
  'the planner imports bep beside it': {
    rule: 'sideways-in-layer-2',
    file: 'src/planner/b.ts',
    text: importing('../bep/one.ts'),
  },
  'engine imports peer beside it': {
    rule: 'sideways-in-layer-3',
    file: 'src/engine/b.ts',
    text: importing('../peer/one.ts'),
  },
  'the command line imports the daemon': {
    rule: 'sideways-in-layer-5',
    file: 'src/cli/a.ts',
    text: importing('../daemon/one.ts'),
  },
  'the command line imports the engine': {
    rule: 'cli-past-its-border',
    file: 'src/cli/b.ts',
    text: importing('../engine/one.ts'),
  },
  'the engine uses node:fs': {
    rule: 'node-below-host',
    file: 'src/engine/c.ts',
    text: using('node:fs'),
  },
  'the planner uses a built-in module without its prefix': {
    rule: 'node-below-host',
    file: 'src/planner/c.ts',
    text: using('os'),
  },
  'another file of base than the adapter hashes by itself': {
    rule: 'node-crypto-outside-adapter',
    file: 'src/base/b.ts',
    text: using('node:crypto'),
  },
  'the adapter for hashing reads files': {
    rule: 'node-below-host',
    file: 'src/base/sha256.ts',
    text: using('node:fs'),
  },
  'the peer opens a database': {
    rule: 'node-sqlite-outside-adapter',
    file: 'src/peer/a.ts',
    text: using('node:sqlite'),
  },
  'another file of bep than the adapter compresses': {
    rule: 'package-outside-adapter-lz4-napi',
    file: 'src/bep/a.ts',
    text: using('lz4-napi'),
  },
  'the engine parses with zod': {
    rule: 'package-outside-adapter-zod',
    file: 'src/engine/d.ts',
    text: using('zod'),
  },
  'the daemon imports a package without a place': {
    rule: 'package-without-adapter',
    file: 'src/daemon/a.ts',
    text: using('typescript'),
  },
  'shipped code imports the lab': {
    rule: 'src-to-lab-or-test',
    file: 'src/daemon/b.ts',
    text: importing('../../lab/one.ts'),
  },
  'shipped code imports a test': {
    rule: 'src-to-lab-or-test',
    file: 'src/model/b.ts',
    text: importing('./a.test.ts'),
  },
  'two files make a cycle, one half of it being a type': {
    rule: 'no-cycle',
    file: 'src/model/c.ts',
    text: `import type { d } from './d.ts';\nexport const c = 1;\nexport type D = typeof d;\n`,
  },
  'an import leads nowhere': {
    rule: 'unresolved',
    file: 'src/model/e.ts',
    text: importing('./nowhere.ts'),
  },
};

/** The other half of the planted cycle: dependency-cruiser names a cycle once. */
const CYCLE = { 'src/model/d.ts': `import { c } from './c.ts';\nexport const d = c;\n` };

/** What keeps the rules and must not be blamed. */
const LAWFUL: Readonly<Record<string, string>> = {
  'src/base/sha256.ts': using('node:crypto'),
  'src/base/a.test.ts': `import 'node:test';\n${importing('../../lab/one.ts')}`,
  'src/bep/compression.ts': using('lz4-napi'),
  'src/bep/wire.ts': using('@bufbuild/protobuf/wire'),
  'src/api/control.ts': using('zod'),
  'src/store/sql.ts': using('node:sqlite'),
  'src/host/disk.ts': `import '../base/one.ts';\nimport 'koffi';\n${using('node:fs')}`,
  'src/daemon/main.ts': `import '../store/one.ts';\n${using('fastify')}`,
  'src/cli/main.ts': `import '../host/one.ts';\nimport '../api/one.ts';\n${using('commander')}`,
  'lab/world.ts': importing('../src/daemon/one.ts'),
};

type Violation = { readonly from: string; readonly rule: { readonly name: string } };

function violations(files: Readonly<Record<string, string>>): readonly string[] {
  using house = new PlantedHouse();
  house.plant({ ...TARGETS, ...files });
  const cruise = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'lab'];
  const { stdout, stderr } = house.runNode(cruise, args);
  assert.ok(stdout.startsWith('{'), stderr);
  const report = JSON.parse(stdout) as { summary: { violations: readonly Violation[] } };
  return report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}

describe('the layers', () => {
  let found: readonly string[] = [];
  before(() => {
    const planted = Object.values(BREACHES).map(({ file, text }) => [file, text]);
    found = violations({ ...CYCLE, ...Object.fromEntries(planted) });
  });

  for (const [what, { rule, file }] of Object.entries(BREACHES)) {
    test(`a breach is found: ${what}`, () => {
      assert.ok(found.includes(`${rule} ${file}`), `no ${rule} ${file} in\n${found.join('\n')}`);
    });
  }

  test('what keeps the rules is not blamed', () => {
    assert.deepEqual(violations(LAWFUL), []);
  });

  test('every folder of src has a layer', () => {
    const known = new Set(LAYERS.flat());
    const entries = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true });
    // The entry of the program stands above all layers: it alone knows both command line and daemon.
    const stray = entries.filter(({ name }) => name !== 'main.ts' && !known.has(name));
    assert.deepEqual(
      stray.map(({ name }) => name),
      [],
    );
  });

  test('Biome bans the ambient globals in exactly the folders below host', () => {
    const { overrides } = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8')) as {
      readonly overrides: readonly { readonly includes: readonly string[] }[];
    };
    const includes = overrides.find((one) => one.includes.includes('src/base/**'))?.includes ?? [];
    assert.deepEqual(
      includes.filter((glob) => !glob.startsWith('!')).toSorted(),
      PURE_FOLDERS.map((folder) => `src/${folder}/**`).toSorted(),
    );
  });
});
