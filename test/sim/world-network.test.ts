/** What may happen to connections between simulated devices. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimNetwork } from '../../lab/sim/network.ts';
import { carryOut, type NetworkOrder } from '../../lab/sim/network-order.ts';
import { Pace } from '../../lab/sim/pace.ts';
import { SimRandom } from '../../lab/sim/random.ts';
import { Scheduler } from '../../lab/sim/scheduler.ts';
import { asKithError } from '../../src/base/error.ts';
import type { Connection } from '../../src/ports/network.ts';

const never = new AbortController().signal;

class Pair {
  readonly scheduler = new Scheduler(new Pace('even', new SimRandom(1)));
  readonly network = new SimNetwork(this.scheduler, new SimRandom(2));
  readonly owners = { a: { alive: true }, b: { alive: true } };
  readonly a = this.port('a');
  readonly b = this.port('b');

  port(device: 'a' | 'b') {
    const certificate = new TextEncoder().encode(device);
    return this.network.portFor({ device, certificate, owner: this.owners[device] });
  }

  run(ms: number): Promise<void> {
    return this.scheduler.run({ ms });
  }

  order(order: NetworkOrder): void {
    // As it comes out of a file.
    carryOut(this.network, JSON.parse(JSON.stringify(order)));
  }

  async dial(address = 'tcp://b:22000'): Promise<Connection> {
    const dialling = this.a.dial(address, never);
    await this.run(100);
    return await dialling;
  }

  async connect(): Promise<{ near: Connection; far: Connection }> {
    const listener = await this.b.listen('tcp://b:22000', never);
    const dialling = this.a.dial('tcp://b:22000', never);
    await this.run(100);
    const near = await dialling;
    const { value } = await listener.connections[Symbol.asyncIterator]().next();
    assert.ok(value !== undefined);
    return { near, far: value };
  }
}

/** Reads on in the background; what has come is in `bytes`, how it ended in `ending`. */
function reader(connection: Connection) {
  const state = { pieces: 0, bytes: 0, ending: 'open' };
  const read = async (): Promise<void> => {
    try {
      for await (const pieces of connection.incoming) {
        state.pieces += pieces.length;
        for (const piece of pieces) state.bytes += piece.length;
      }
      state.ending = 'end';
    } catch (error) {
      state.ending = asKithError(error)?.code ?? String(error);
    }
  };
  void read();
  return state;
}

describe('the network', () => {
  it('takes time, and less than a tick of nothing else', async () => {
    const pair = new Pair();
    pair.network.shape('a', 'b', { delayMs: 40, jitterMs: 0 });
    const { near, far } = await pair.connect();
    const got = reader(far);
    await near.write([new Uint8Array(10)]);
    await pair.run(39);
    assert.equal(got.bytes, 0);
    await pair.run(2);
    assert.equal(got.bytes, 10);
  });
  it('lets no more through than fits', async () => {
    const pair = new Pair();
    pair.network.shape('a', 'b', { delayMs: 0, jitterMs: 0, bytesPerMs: 100 });
    const { near, far } = await pair.connect();
    const got = reader(far);
    await near.write([new Uint8Array(200_000)]);
    await pair.run(1_000);
    assert.ok(got.bytes > 30_000 && got.bytes <= 100_000, `${got.bytes}`);
    await pair.run(1_001);
    assert.equal(got.bytes, 200_000);
    assert.equal(pair.network.bytes('a', 'b'), 200_000);
    assert.equal(pair.network.bytes('b', 'a'), 0);
  });
  it('cuts pieces anew', async () => {
    const pair = new Pair();
    pair.network.shape('a', 'b', { joinChance: 0 });
    const { near, far } = await pair.connect();
    const got = reader(far);
    for (let i = 0; i < 100; i++) await near.write([new Uint8Array(50)]);
    await pair.run(1_000);
    assert.equal(got.bytes, 5_000);
    assert.ok(got.pieces > 105, `${got.pieces}`);
  });
  it('stands still while it is cut, and goes on where it was', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const got = reader(far);
    await near.write([new Uint8Array(10)]);
    pair.network.cut('a', 'b');
    await near.write([new Uint8Array(10)]);
    await pair.run(600_000);
    assert.deepEqual(got, { pieces: 0, bytes: 0, ending: 'open' });
    pair.network.heal('a', 'b');
    await pair.run(100);
    assert.equal(got.bytes, 20);
  });
  it('lets nobody be reached across a cut, for the ten seconds of a dial', async () => {
    const pair = new Pair();
    await pair.connect();
    pair.network.cut('a', 'b');
    let failure: unknown;
    pair.a.dial('tcp://b:22000', never).catch((error: unknown) => (failure = error));
    await pair.run(9_900);
    assert.equal(failure, undefined);
    await pair.run(200);
    assert.ok(asKithError(failure, 'DIAL_FAILED'));
  });
  it('ends a dial with its signal', async () => {
    const pair = new Pair();
    const stop = new AbortController();
    const dialling = assert.rejects(pair.a.dial('tcp://b:22000', stop.signal), /enough/);
    stop.abort(new Error('enough'));
    await dialling;
  });
  it('loses a connection on both sides when it is reset', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    pair.network.reset('a', 'b');
    await pair.run(1);
    assert.deepEqual([here.ending, there.ending], ['CONNECTION_LOST', 'CONNECTION_LOST']);
    await assert.rejects(
      near.write([new Uint8Array(1)]),
      (e) => asKithError(e)?.code === 'CONNECTION_LOST',
    );
    assert.equal(pair.network.connections(), 0);
  });
  it('tells the living of a death, and the dead nothing', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    pair.owners.b.alive = false;
    pair.network.drop('b');
    await pair.run(100);
    assert.deepEqual([here.ending, there.ending], ['CONNECTION_LOST', 'open']);
    const again = assert.rejects(
      pair.a.dial('tcp://b:22000', never),
      (error) => asKithError(error, 'DIAL_FAILED') !== undefined,
    );
    await pair.run(100);
    await again;
  });
  it('keeps no connection that both sides have closed', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    const closing = Promise.all([near.close(), far.close()]);
    await pair.run(100);
    await closing;
    assert.deepEqual([here.ending, there.ending], ['end', 'end']);
    assert.equal(pair.network.connections(), 0);
  });
  it('gives a close up after ten seconds across a cut', async () => {
    const pair = new Pair();
    const { near } = await pair.connect();
    pair.network.cut('a', 'b');
    let closed = false;
    void near.close().then(() => (closed = true));
    await pair.run(9_000);
    assert.equal(closed, false);
    await pair.run(2_000);
    assert.equal(closed, true);
  });

  it('stops one direction alone: the other one is heard until too much is unconfirmed', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    pair.order({ kind: 'cut-one-way', from: 'a', to: 'b' });
    void near.write([new Uint8Array(10)]);
    let written = 0;
    void flood(far, () => written++);
    await pair.run(600_000);
    assert.equal(there.bytes, 0);
    assert.equal(here.bytes, (written + 1) * FLOOD_BYTES);
    assert.ok(written > 0 && written < 100, `${written}`);
    await assertUnreachable(pair);
    pair.order({ kind: 'heal', a: 'b', b: 'a' });
    await pair.run(1000);
    assert.equal(there.bytes, 10);
    assert.equal(written, 100);
  });
  it('opens a connection half: bytes lead nowhere for ever, nobody is told, and a new one is sound', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    pair.order({ kind: 'half-open', from: 'a', to: 'b' });
    await near.write([new Uint8Array(10)]);
    await far.write([new Uint8Array(7)]);
    let written = 0;
    const flooding = assert.rejects(flood(near, () => written++));
    await pair.run(3_600_000);
    assert.deepEqual([here.bytes, here.ending], [7, 'open']);
    assert.deepEqual([there.bytes, there.ending], [0, 'open']);
    assert.ok(written < 100);
    const again = await pair.dial();
    near.destroy();
    await flooding;
    await pair.run(1000);
    assert.equal(there.ending, 'open');
    far.destroy();
    await pair.run(1000);
    assert.equal(pair.network.connections(), 1);
    again.destroy();
  });
  it('hides a death that is silenced from the living', async () => {
    const pair = new Pair();
    const { far } = await pair.connect();
    const there = reader(far);
    pair.order({ kind: 'silence', device: 'a' });
    pair.owners.a.alive = false;
    pair.network.drop('a');
    await pair.run(3_600_000);
    assert.equal(there.ending, 'open');
    far.destroy();
    assert.equal(pair.network.connections(), 0);
  });
  it('ends one side of a connection alone', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const [here, there] = [reader(near), reader(far)];
    await near.write([new Uint8Array(10)]);
    pair.order({ kind: 'half-close', from: 'a', to: 'b' });
    await near.write([new Uint8Array(10)]);
    await far.write([new Uint8Array(7)]);
    await pair.run(1000);
    assert.deepEqual([there.bytes, there.ending], [10, 'end']);
    assert.deepEqual([here.bytes, here.ending], [7, 'open']);
    const closing = far.close();
    await pair.run(1000);
    await closing;
    assert.equal(here.ending, 'end');
    assert.equal(pair.network.connections(), 0);
  });
  it('finds a device where it moved to, and nobody where it was', async () => {
    const pair = new Pair();
    const { near } = await pair.connect();
    const here = reader(near);
    pair.order({ kind: 'move', device: 'b', host: 'elsewhere' });
    await assertUnreachable(pair);
    const moved = await pair.dial('tcp://elsewhere:22000');
    assert.equal(moved.address, 'tcp://elsewhere:22000');
    assert.equal(here.ending, 'open');
    pair.order({ kind: 'move', device: 'b', host: 'b' });
    await pair.dial('tcp://b:22000');
    await assertUnreachable(pair, 'tcp://elsewhere:22000');
  });
  it('lets no large piece through a black hole, nor what is behind it', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const there = reader(far);
    pair.order({
      kind: 'shape',
      from: 'a',
      to: 'b',
      traits: { blackHoleAbove: 1000, cutChance: 0 },
    });
    await near.write([new Uint8Array(1000)]);
    await near.write([new Uint8Array(1001)]);
    await near.write([new Uint8Array(1)]);
    await pair.run(60_000);
    assert.equal(there.bytes, 1000);
    pair.order({ kind: 'restore' });
    await pair.run(60_000);
    assert.equal(there.bytes, 2002);
  });
  it('cuts a stream into single bytes, and joins it to one', async () => {
    const pair = new Pair();
    const { near, far } = await pair.connect();
    const there = reader(far);
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { mostPiece: 1, joinChance: 0 } });
    await near.write([new Uint8Array(1000)]);
    await pair.run(1000);
    assert.deepEqual([there.bytes, there.pieces], [1000, 1000]);
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { joinChance: 1, jitterMs: 0 } });
    await near.write([new Uint8Array(1000)]);
    await pair.run(1000);
    assert.deepEqual([there.bytes, there.pieces], [2000, 1001]);
  });
  it('lets a dial hang as long as it may', async () => {
    const pair = new Pair();
    await pair.connect();
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { hangChance: 1 } });
    await assertUnreachable(pair);
  });
  it('lets a listener be slow, while its dialler talks already', async () => {
    const pair = new Pair();
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { acceptMs: 60_000 } });
    const listener = await pair.b.listen('tcp://b:22000', never);
    const near = await pair.dial();
    await near.write([new Uint8Array(10)]);
    await pair.run(500);
    const coming = listener.connections[Symbol.asyncIterator]().next();
    let hasCome = false;
    void coming.then(() => (hasCome = true));
    await pair.run(100);
    assert.equal(hasCome, false);
    await pair.run(60_000);
    const { value } = await coming;
    assert.ok(value !== undefined);
    const there = reader(value);
    await pair.run(1);
    assert.equal(there.bytes, 10);
  });
  it('loses a connection that was not accepted yet when the listener ends', async () => {
    const pair = new Pair();
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { acceptMs: 60_000 } });
    const stop = new AbortController();
    await pair.b.listen('tcp://b:22000', stop.signal);
    const here = reader(await pair.dial());
    stop.abort();
    await pair.run(60_000);
    assert.equal(here.ending, 'CONNECTION_LOST');
  });
  it('loses every connection soon where none lasts', async () => {
    const pair = new Pair();
    await pair.connect();
    pair.order({ kind: 'shape', from: 'a', to: 'b', traits: { mostLifeMs: 1000 } });
    for (let i = 0; i < 20; i++) {
      const here = reader(await pair.dial());
      await pair.run(1000);
      assert.equal(here.ending, 'CONNECTION_LOST');
    }
  });
  it('lets a tap hear everything that is written, whether it arrives or not', async () => {
    const pair = new Pair();
    const heard: string[] = [];
    const hangUp = pair.network.tap(({ connection, from, to, parts }) => {
      heard.push(`${connection} ${from}>${to} ${parts.map((part) => part.length)}`);
    });
    const { near, far } = await pair.connect();
    pair.order({ kind: 'cut', a: 'a', b: 'b' });
    await near.write([new Uint8Array(3), new Uint8Array(4)]);
    await far.write([new Uint8Array(5)]);
    hangUp();
    await far.write([new Uint8Array(6)]);
    assert.deepEqual(heard, ['0 a>b 3,4', '0 b>a 5']);
  });
});

const FLOOD_BYTES = 16_384;

/** A hundred writes, one after the other. */
async function flood(connection: Connection, onWritten: () => void): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await connection.write([new Uint8Array(FLOOD_BYTES)]);
    onWritten();
  }
}

/** A dial takes its ten seconds and fails. */
async function assertUnreachable(pair: Pair, address = 'tcp://b:22000'): Promise<void> {
  let failure: unknown;
  pair.a.dial(address, never).catch((error: unknown) => (failure = error));
  await pair.run(9_900);
  assert.equal(failure, undefined);
  await pair.run(200);
  assert.ok(asKithError(failure, 'DIAL_FAILED'));
}
