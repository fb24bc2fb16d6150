/** What every implementation of ports/network must do: the host's, the simulator's, the tests'. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asKithError } from '../../src/base/error.ts';
import type { Connection, Listener, Network } from '../../src/ports/network.ts';

/** Two devices of one network. `nowhere` is an address at which nobody listens. */
export interface NetworkSubject {
  readonly near: Network;
  readonly far: Network;
  readonly nearCertificate: Uint8Array;
  readonly farCertificate: Uint8Array;
  readonly listenAt: string;
  readonly nowhere: string;
}

/** Adds the tests. `name` stands in front of each. */
export function networkContract(name: string, subject: NetworkSubject): void {
  const { near, far } = subject;

  test(`${name}: each end sees the other's one certificate`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      assert.deepEqual(dialled.certificates.map(hex), [hex(subject.farCertificate)]);
      assert.deepEqual(accepted.certificates.map(hex), [hex(subject.nearCertificate)]);
      assert.deepEqual([dialled.direction, accepted.direction], ['dialled', 'accepted']);
      for (const { address } of [dialled, accepted]) assert.match(address, /^tcp:\/\/.+:\d+$/);
    });
  });

  test(`${name}: bytes arrive whole and in order, both ways`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      const expected = pattern(3_000_001);
      const both = [
        [dialled, accepted],
        [accepted, dialled],
      ] as const;
      for (const [from, to] of both) {
        const sent = expected.slice();
        const arrived = readExactly(to, expected.length);
        await from.write([sent.subarray(0, 1), sent.subarray(1, 1), sent.subarray(1, 700_000)]);
        await from.write([sent.subarray(700_000)]);
        assert.deepEqual(await arrived, expected);
      }
    });
  });

  test(`${name}: a writer waits for a reader that does not read`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      let written = 0;
      const flood = (async () => {
        for (let i = 0; i < 4000; i++) {
          await dialled.write([pattern(16_384)]);
          written++;
        }
      })();
      const settled = await stopsGrowing(() => written);
      assert.ok(settled < 4000, `${settled} writes went through without a reader`);
      let read = 0;
      for await (const pieces of accepted.incoming) {
        for (const piece of pieces) read += piece.length;
        if (read === 4000 * 16_384) break;
      }
      await flood;
    });
  });

  test(`${name}: what was written before a close arrives, and then the end`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      const all = readAll(accepted);
      await dialled.write([pattern(500_000)]);
      const closed = dialled.close();
      assert.deepEqual(await all, pattern(500_000));
      await accepted.close();
      await closed;
      await dialled.close();
      await assert.rejects(dialled.write([pattern(1)]), lost);
    });
  });

  test(`${name}: last words arrive although the other side still talks`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      await accepted.write([pattern(50_000)]);
      const all = readAll(accepted);
      await dialled.write([pattern(10)]);
      await dialled.close();
      assert.deepEqual(await all, pattern(10));
    });
  });

  test(`${name}: what is said before anybody looks is there for who looks later`, async () => {
    const stop = new AbortController();
    const listener = await far.listen(subject.listenAt, stop.signal);
    const dialled = await near.dial(listener.address, stop.signal);
    await dialled.write([pattern(1000)]);
    const closed = dialled.close();
    const accepted = await firstOf(listener);
    assert.deepEqual(await readAll(accepted), pattern(1000));
    await accepted.close();
    await closed;
    stop.abort();
  });

  test(`${name}: single bytes arrive in order, however they are put together`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      const arrived = readExactly(accepted, 2000);
      for (const byte of pattern(2000)) await dialled.write([Uint8Array.of(byte)]);
      assert.deepEqual(await arrived, pattern(2000));
    });
  });

  test(`${name}: a connection outlives its listener, one that nobody took does not`, async () => {
    const stop = new AbortController();
    const listener = await far.listen(subject.listenAt, stop.signal);
    const dialled = await near.dial(listener.address, stop.signal);
    const accepted = await firstOf(listener);
    const untaken = await near.dial(listener.address, new AbortController().signal);
    // It has arrived: the next of them are taken in order.
    const another = await near.dial(listener.address, new AbortController().signal);
    stop.abort();
    await Promise.all([untaken, another].map((one) => readAll(one).catch(expectLost)));
    await dialled.write([pattern(10)]);
    assert.deepEqual(await readExactly(accepted, 10), pattern(10));
    for (const one of [dialled, accepted, untaken, another]) one.destroy();
  });

  test(`${name}: who was closed on reads the end, and cannot go on writing for good`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      const closed = accepted.close();
      assert.deepEqual(await readAll(dialled), pattern(0));
      await assert.rejects(async () => {
        for (;;) await dialled.write([pattern(16_384)]);
      }, lost);
      await dialled.close();
      await closed;
    });
  });

  test(`${name}: destroying one end ends the other`, async () => {
    await withPair(subject, async (dialled, accepted) => {
      const reading = readAll(accepted).catch((error: unknown) => error);
      dialled.destroy();
      await reading;
      await assert.rejects(async () => {
        for (;;) await accepted.write([pattern(1)]);
      }, lost);
      await assert.rejects(readAll(dialled), lost);
    });
  });

  test(`${name}: dialling where nobody listens fails with DIAL_FAILED`, async () => {
    const { signal } = new AbortController();
    for (const address of [subject.nowhere, 'nonsense', 'tcp://', 'quic://127.0.0.1:1']) {
      await assert.rejects(
        near.dial(address, signal),
        (error) => asKithError(error, 'DIAL_FAILED') !== undefined,
        address,
      );
    }
  });

  test(`${name}: a cancelled dial rejects with the signal's reason`, async () => {
    const reason = new Error('enough');
    await assert.rejects(near.dial(subject.nowhere, AbortSignal.abort(reason)), reason);
  });

  test(`${name}: an address is had once at a time`, async () => {
    const first = new AbortController();
    const listener = await far.listen(subject.listenAt, first.signal);
    const taken = far.listen(listener.address, new AbortController().signal);
    await assert.rejects(taken, (error) => asKithError(error, 'LISTEN_FAILED') !== undefined);
    first.abort();
    for await (const _ of listener.connections) assert.fail('nobody came');
    const second = new AbortController();
    await eventually(async () => await far.listen(listener.address, second.signal));
    second.abort();
  });
}

/** Runs `use` on two ends of one connection and takes everything down afterwards. */
export async function withPair(
  subject: NetworkSubject,
  use: (dialled: Connection, accepted: Connection) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const listener = await subject.far.listen(subject.listenAt, stop.signal);
  const [dialled, accepted] = await Promise.all([
    subject.near.dial(listener.address, stop.signal),
    firstOf(listener),
  ]);
  try {
    await use(dialled, accepted);
  } finally {
    dialled.destroy();
    accepted.destroy();
    stop.abort();
  }
}

/** The next connection of a listener. */
export async function firstOf(listener: Listener): Promise<Connection> {
  const next = await listener.connections[Symbol.asyncIterator]().next();
  if (next.done === true) throw new Error('the listener ended');
  return next.value;
}

/** Everything up to the end of the stream. */
async function readAll(connection: Connection): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const run of connection.incoming) pieces.push(Buffer.concat(run));
  return new Uint8Array(Buffer.concat(pieces));
}

async function readExactly(connection: Connection, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let have = 0;
  for await (const run of connection.incoming) {
    const piece = Buffer.concat(run);
    pieces.push(piece);
    have += piece.length;
    if (have >= length) break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

async function stopsGrowing(value: () => number): Promise<number> {
  for (let last = -1; ; ) {
    const now = value();
    if (now === last) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function expectLost(error: unknown): void {
  if (!lost(error)) throw error;
}

function lost(error: unknown): boolean {
  return asKithError(error, 'CONNECTION_LOST') !== undefined;
}
