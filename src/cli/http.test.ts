import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { asKithError } from '../base/error.ts';
import { exchange } from './http.ts';

test('a daemon that takes the question and never answers is called unreachable in time', async (t) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const target = { address: { host: '127.0.0.1', port }, token: 't' };
  const { signal } = new AbortController();
  await assert.rejects(
    exchange(target, { method: 'GET', path: '/', signal, headMs: 50 }),
    (error) => {
      const known = asKithError(error, 'DAEMON_UNREACHABLE');
      assert.match(String(known?.cause), /no answer within 0.05 s/);
      return true;
    },
  );
});
