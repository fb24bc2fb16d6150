/** Daemons that cannot start say why and end; what is wrong in the home or on the disk at run time is said, and outlived. */

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { TestDaemon } from '../support/daemon.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const at = path.join;

async function daemonWithFolder(t: TestContext): Promise<TestDaemon> {
  const daemon = await TestDaemon.make(t, await temporaryDirectory(t), 'a');
  await daemon.share('docs', []);
  return daemon;
}

/** What is done to a home, and what the daemon then says when it is started. */
const OBSTACLES: Readonly<
  Record<string, { readonly make: (home: string) => Promise<void>; readonly says: RegExp }>
> = {
  'a database that is a directory': {
    make: (home) => mkdir(at(home, 'index.db')),
    says: /index\.db/,
  },
  'a key that is no key': {
    make: (home) => writeFile(at(home, 'key.pem'), 'no key'),
    says: /kith: cert\.pem or key\.pem .* begin anew with kith init.*key\.pem\)/,
  },
  'a certificate that is gone': {
    make: (home) => rm(at(home, 'cert.pem')),
    says: /kith: cert\.pem or key\.pem .* begin anew with kith init.*cert\.pem\)/,
  },
  'a configuration that is a directory': {
    make: async (home) => {
      await rm(at(home, 'config.yaml'));
      await mkdir(at(home, 'config.yaml'));
    },
    says: /kith: EISDIR.*config\.yaml/,
  },
};

for (const [what, { make, says }] of Object.entries(OBSTACLES)) {
  test(`a daemon with ${what} says so and ends`, { timeout: 400_000 }, async (t) => {
    const daemon = await daemonWithFolder(t);
    await make(daemon.home);
    const { code, notes } = await daemon.tryKith('up');
    assert.equal(code, 1);
    assert.match(notes, says);
  });
}

test('a daemon whose control address is taken says so and ends, its folder unharmed', {
  timeout: 400_000,
}, async (t) => {
  const [first, second] = [await daemonWithFolder(t), await daemonWithFolder(t)];
  await first.up();
  await writeFile(at(second.folder('docs'), 'file'), 'written by a person');
  const taken = (await readFile(at(first.home, 'api-address'), 'utf8')).trim();
  const config = at(second.home, 'config.yaml');
  const text = (await readFile(config, 'utf8')).replace('127.0.0.1:0', taken);
  await writeFile(config, text);
  const { code, notes } = await second.tryKith('up');
  assert.equal(code, 1);
  assert.match(notes, new RegExp(`kith: this address cannot be listened on .*${taken}`));
  assert.doesNotMatch(notes, /BUG|folder-failed/);
  await writeFile(config, text.replace(taken, '127.0.0.1:0'));
  await second.up();
  await second.until('the file is known', ({ folders }) => folders[0]?.local.files === 1);
});
