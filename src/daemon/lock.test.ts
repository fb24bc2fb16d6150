import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { lockHome, readHolder, tryLockHome } from './lock.ts';

const signal = new AbortController().signal;

test('a second daemon is refused and told the first one’s process; after its end the lock is free (CRS-09)', async (t) => {
  const home = await temporaryDirectory(t);
  const lock = await lockHome(home, { signal });
  await assert.rejects(lockHome(home, { signal }), {
    code: 'HOME_IN_USE',
    data: { home, pid: process.pid },
  });
  assert.equal(await tryLockHome(home, 'command'), undefined);
  await lock[Symbol.asyncDispose]();
  await using again = await lockHome(home, { signal });
  assert.equal(again.home, home);
  assert.equal((await stat(path.join(home, 'lock'))).mode & 0o777, 0o600);
});

test('a daemon waits for a command that has the lock for a moment', async (t) => {
  const home = await temporaryDirectory(t);
  const command = await tryLockHome(home, 'command');
  assert.ok(command !== undefined);
  const daemon = lockHome(home, { signal });
  setTimeout(() => void command[Symbol.asyncDispose](), 500);
  await using lock = await daemon;
  assert.deepEqual(await readHolder(lock.home), { pid: process.pid, isDaemon: true });
});

test('the lock of a daemon that is killed is free at once, and its address is forgotten', {
  timeout: 20_000,
}, async (t) => {
  const home = await temporaryDirectory(t);
  const module = JSON.stringify(new URL('./lock.ts', import.meta.url).href);
  const script = `import { lockHome } from ${module};
    await lockHome(${JSON.stringify(home)}, { signal: new AbortController().signal });
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await writeFile(path.join(home, 'api-address'), '127.0.0.1:9\n');
  await assert.rejects(lockHome(home, { signal }), {
    code: 'HOME_IN_USE',
    data: { home, pid: child.pid },
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await tryLockHome(home, 'daemon');
  assert.ok(lock !== undefined);
  await using _ = lock;
  await assert.rejects(stat(path.join(home, 'api-address')), { code: 'ENOENT' });
});

test('waiting for the lock ends with the signal', async (t) => {
  const home = await temporaryDirectory(t);
  await using _ = await lockHome(home, { signal });
  await assert.rejects(lockHome(home, { signal: AbortSignal.timeout(50) }), { name: 'AbortError' });
});

test('a home that is not there says what to do', async (t) => {
  const home = path.join(await temporaryDirectory(t), 'none');
  await assert.rejects(lockHome(home, { signal }), { code: 'CONFIG_MISSING' });
});

test('a daemon does not start where others may enter or read its secrets (KEY-01)', async (t) => {
  const home = await temporaryDirectory(t);
  await chmod(home, 0o750);
  await assert.rejects(lockHome(home, { signal }), { code: 'HOME_UNSAFE' });
  await chmod(home, 0o700);
  await writeFile(path.join(home, 'key.pem'), '', { mode: 0o644 });
  await assert.rejects(lockHome(home, { signal }), { code: 'HOME_UNSAFE' });
});
