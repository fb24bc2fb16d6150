// bin/kith finds the program and a Node from anywhere, and says what to do when it cannot.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { findingSchema } from '../../src/api/finding.ts';
import { type Ended, PlantedHouse, run } from './planted-house.ts';

const main = "console.log(process.version, '[' + process.argv.slice(2).join('] [') + ']');\n";

function call(
  house: PlantedHouse,
  options: {
    readonly through?: string;
    readonly path?: string;
    readonly words?: readonly string[];
    readonly node?: string;
  },
): Ended {
  const { node, words = ['demo', 'two words', '--once'] } = options;
  const named = node === undefined ? {} : { KITH_NODE: node };
  return run({
    command: options.through ?? path.join(house.root, 'bin/kith'),
    args: words,
    cwd: tmpdir(),
    env: { PATH: options.path ?? '/usr/bin:/bin', ...named },
  });
}

describe('bin/kith', () => {
  test('runs the built program from another directory, arguments untouched', () => {
    using house = new PlantedHouse();
    house.plant({ 'dist/main.js': main });
    const said = call(house, { path: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
    assert.equal(said.stdout, `${process.version} [demo] [two words] [--once]\n`, said.stderr);
    assert.equal(said.status, 0);
  });

  test('finds its home through relative and absolute symbolic links', () => {
    using house = new PlantedHouse();
    house.plant({ 'dist/main.js': main, 'links/x': '' });
    symlinkSync('../bin/kith', path.join(house.root, 'links/near'));
    symlinkSync(path.join(house.root, 'links/near'), path.join(house.root, 'links/far'));
    const through = path.join(house.root, 'links/far');
    const said = call(house, { through, path: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
    assert.match(said.stdout, /\[demo\] \[two words\] \[--once\]/, said.stderr);
  });

  test('passes the exit code on', () => {
    using house = new PlantedHouse();
    house.plant({ 'dist/main.js': 'process.exit(3);\n' });
    const said = call(house, { path: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
    assert.equal(said.status, 3, said.stderr);
  });

  test('says how to build when nothing is built', () => {
    using house = new PlantedHouse();
    const said = call(house, { path: `${path.dirname(process.execPath)}:/usr/bin:/bin` });
    assert.equal(said.status, 1);
    assert.match(said.stderr, /npm run build/);
  });

  test('says how to get a Node when there is none or only an old one', () => {
    using house = new PlantedHouse();
    house.plant({ 'dist/main.js': main, 'old/node': '#!/bin/sh\nexit 1\n' });
    rmSync(path.join(house.root, 'node_modules'));
    const tools = path.join(house.root, 'tools-only');
    mkdirSync(tools);
    for (const tool of ['sh', 'readlink', 'dirname'])
      symlinkSync(`/usr/bin/${tool}`, path.join(tools, tool));
    for (const searched of [tools, `${path.join(house.root, 'old')}:${tools}`]) {
      const said = call(house, { path: searched });
      assert.equal(said.status, 1, said.stdout);
      assert.match(said.stderr, /needs Node 24\.11 or newer[\s\S]*npm ci/);
    }
  });

  test('a named Node that is too old is refused, and told to whoever asks the doctor', () => {
    using house = new PlantedHouse();
    const script = '#!/bin/sh\n[ "$1" = --version ] && echo v20.20.2\nexit 1\n';
    house.plant({ 'dist/main.js': main, 'old/node': script });
    const node = path.join(house.root, 'old/node');
    chmodSync(node, 0o755);
    const refused = call(house, { node });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /KITH_NODE names \S+old\/node, v20\.20\.2/);
    const line = call(house, { node, words: ['--home', '/x', 'doctor'] });
    assert.equal(line.status, 3);
    assert.match(line.stdout, /^✗ node {2}needs Node 24\.11.*v20\.20\.2 → unset KITH_NODE/);
    const json = call(house, { node, words: ['doctor', '--json'] });
    assert.equal(json.status, 3);
    const [finding] = findingSchema.array().parse(JSON.parse(json.stdout));
    assert.deepEqual([finding?.check, finding?.state], ['node', 'bad']);
  });
});
