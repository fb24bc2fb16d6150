import assert from 'node:assert/strict';
import { unlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import koffi from 'koffi';
import { temporaryDirectory } from '../../test/support/temporary.ts';
import { notifySystemd } from './sd-notify.ts';

const DONT_WAIT = 0x40;

/** A datagram socket bound as systemd binds its own, and a reader of what has arrived. */
function bindSocket(address: Buffer) {
  const libc = koffi.load('libc.so.6');
  const fd: number = libc.func('int socket(int domain, int type, int protocol)')(1, 2, 0);
  const bound: number = libc.func('int bind(int fd, void *address, uint32_t size)')(
    fd,
    address,
    address.length,
  );
  assert.equal(bound, 0);
  const receive = libc.func('int64_t recv(int fd, _Out_ void *into, size_t size, int flags)');
  const close = libc.func('int close(int fd)');
  return {
    read: (): string => {
      const into = Buffer.alloc(100);
      const size = Number(receive(fd, into, into.length, DONT_WAIT));
      return into.toString('utf8', 0, Math.max(0, size));
    },
    close: () => close(fd),
  };
}

function unixName(name: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, 0]), name]);
}

test('systemd is told over a socket with a path', async (t) => {
  const place = path.join(await temporaryDirectory(t), 'notify');
  const socket = bindSocket(unixName(Buffer.from(`${place}\0`)));
  t.after(socket.close);
  assert.equal(await notifySystemd('READY=1', { NOTIFY_SOCKET: place }), true);
  assert.equal(socket.read(), 'READY=1');
  unlinkSync(place);
  await assert.rejects(notifySystemd('STOPPING=1', { NOTIFY_SOCKET: place }), /nobody listens/);
});

test('systemd is told over a socket with an abstract name', async (t) => {
  const name = `kith-test-${process.pid}`;
  const socket = bindSocket(unixName(Buffer.from(`\0${name}`)));
  t.after(socket.close);
  assert.equal(await notifySystemd('STOPPING=1', { NOTIFY_SOCKET: `@${name}` }), true);
  assert.equal(socket.read(), 'STOPPING=1');
});

test('without systemd nobody is told, and a strange address is an error', async () => {
  assert.equal(await notifySystemd('READY=1', {}), false);
  await assert.rejects(notifySystemd('READY=1', { NOTIFY_SOCKET: 'vsock:2:1' }), /not the address/);
  await assert.rejects(
    notifySystemd('READY=1', { NOTIFY_SOCKET: `/${'x'.repeat(200)}` }),
    /not the address/,
  );
});
