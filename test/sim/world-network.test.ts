/** What may happen to connections between simulated devices. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimNetwork } from '../../lab/sim/network.ts';
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
});
