/** Several real daemons that share one folder, joined by counting relays as a test says. */

import type { TestContext } from 'node:test';
import { TestDaemon } from './daemon.ts';
import { Relay } from './daemon-relay.ts';
import { temporaryDirectory } from './temporary.ts';
import { untilAllEqual } from './trees.ts';

/** The folder that all share. */
export const FOLDER = 'docs';

/** Daemons by name, and the relay of each link: the first named of a link dials through it. */
export interface Cluster {
  readonly daemons: readonly TestDaemon[];
  readonly roots: readonly string[];
  readonly relays: readonly Relay[];
  /** Joins two more while they run; the first named dials. */
  link(caller: string, called: string): Promise<void>;
  /** Bytes that travelled over all links so far, in both directions. */
  bytes(): number;
  /** Waits until all real trees and all statuses are equal; then asks every daemon once more. */
  settle(ms?: number): Promise<void>;
}

export interface Shape {
  readonly names: readonly string[];
  /** Pairs of names; the first dials the second. */
  readonly links: readonly (readonly [string, string])[];
}

/** Sets them up by commands, none of them started. */
export async function makeCluster(test: TestContext, shape: Shape): Promise<Cluster> {
  const directory = await temporaryDirectory(test);
  const made = shape.names.map((name) => TestDaemon.make(test, directory, name));
  const daemons = await Promise.all(made);
  const relays = await Promise.all(
    shape.links.map(([, called]) => startRelay(test, find(daemons, called))),
  );
  await Promise.all(daemons.map((daemon) => introduce(daemon, { daemons, relays, shape })));
  const roots = daemons.map((daemon) => daemon.folder(FOLDER));
  return {
    daemons,
    roots,
    relays,
    link: async (caller, called) => {
      const [from, to] = [find(daemons, caller), find(daemons, called)];
      const relay = await startRelay(test, to);
      relays.push(relay);
      await Promise.all([
        from.meet(to, relay.address).then(() => from.shareWith(FOLDER, to)),
        to.meet(from).then(() => to.shareWith(FOLDER, from)),
      ]);
    },
    bytes: () => relays.reduce((sum, relay) => sum + relay.bytes, 0),
    settle: async (ms = 30_000) => {
      const running = daemons.filter((daemon) => daemon.isRunning);
      await untilAllEqual(
        running.map((daemon) => daemon.folder(FOLDER)),
        ms,
      );
      for (const daemon of running) await daemon.untilEqual(FOLDER, ms);
      await untilAllEqual(
        running.map((daemon) => daemon.folder(FOLDER)),
        ms,
      );
    },
  };
}

async function startRelay(test: TestContext, called: TestDaemon): Promise<Relay> {
  const relay = await Relay.start(called.address);
  test.after(() => relay.close());
  return relay;
}

/** A pair that is up: the first dials the second. */
export async function startPair(
  test: TestContext,
): Promise<Cluster & { readonly a: TestDaemon; readonly b: TestDaemon }> {
  const cluster = await makeCluster(test, { names: ['a', 'b'], links: [['a', 'b']] });
  const [a, b] = cluster.daemons as [TestDaemon, TestDaemon];
  await Promise.all([a.up(), b.up()]);
  return { ...cluster, a, b };
}

async function introduce(
  daemon: TestDaemon,
  all: {
    readonly daemons: readonly TestDaemon[];
    readonly relays: readonly Relay[];
    readonly shape: Shape;
  },
): Promise<void> {
  const others: TestDaemon[] = [];
  for (const [index, [caller, called]] of all.shape.links.entries()) {
    if (daemon.name !== caller && daemon.name !== called) continue;
    const isCaller = daemon.name === caller;
    const other = find(all.daemons, isCaller ? called : caller);
    await daemon.meet(other, isCaller ? all.relays[index]?.address : undefined);
    others.push(other);
  }
  await daemon.share(FOLDER, others);
}

function find(daemons: readonly TestDaemon[], name: string): TestDaemon {
  const found = daemons.find((daemon) => daemon.name === name);
  if (found === undefined) throw new Error(`no daemon is called ${name}`);
  return found;
}
