/** Several real daemons that share one folder, joined by counting relays as a test says. */

import type { TestContext } from 'node:test';
import { TestDaemon } from './daemon.ts';
import { Relay } from './daemon-relay.ts';
import { temporaryDirectory } from './temporary.ts';
import { untilAllEqual } from './trees.ts';

/** The folder that all share. */
export const FOLDER = 'docs';

/** Daemons by name, and the relays of each link, two by two: each end dials the other through one of them. */
export interface Cluster {
  readonly daemons: readonly TestDaemon[];
  readonly roots: readonly string[];
  readonly relays: readonly Relay[];
  /** Joins two more while they run. */
  link(one: string, other: string): Promise<void>;
  /** Bytes that travelled over all links so far, in both directions. */
  bytes(): number;
  /** Waits until all real trees and all statuses are equal; then asks every daemon once more. */
  settle(ms?: number): Promise<void>;
}

export interface Shape {
  readonly names: readonly string[];
  /** Pairs of names; each dials the other. */
  readonly links: readonly (readonly [string, string])[];
}

/** Sets them up by commands, none of them started. */
export async function makeCluster(test: TestContext, shape: Shape): Promise<Cluster> {
  const directory = await temporaryDirectory(test);
  const made = shape.names.map((name) => TestDaemon.make(test, directory, name));
  const daemons = await Promise.all(made);
  const links = shape.links.map(
    ([one, other]) => [find(daemons, one), find(daemons, other)] as const,
  );
  const pairs = await Promise.all(links.map((ends) => startRelays(test, ends)));
  const relays = pairs.flat();
  await Promise.all(daemons.map((daemon) => introduce(daemon, { daemons, relays, shape })));
  const roots = daemons.map((daemon) => daemon.folder(FOLDER));
  return {
    daemons,
    roots,
    relays,
    link: async (one, other) => {
      const ends = [find(daemons, one), find(daemons, other)] as const;
      const [toOne, toOther] = await startRelays(test, ends);
      relays.push(toOne, toOther);
      const [from, to] = ends;
      await Promise.all([
        from.meet(to, toOther.address).then(() => from.shareWith(FOLDER, to)),
        to.meet(from, toOne.address).then(() => to.shareWith(FOLDER, from)),
      ]);
    },
    bytes: () => relays.reduce((sum, relay) => sum + relay.bytes, 0),
    settle: async (ms = 120_000) => {
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

/** For each end the relay that leads to it. */
async function startRelays(
  test: TestContext,
  ends: readonly [TestDaemon, TestDaemon],
): Promise<[Relay, Relay]> {
  const [one, other] = ends;
  const relays: [Relay, Relay] = [await Relay.start(one.address), await Relay.start(other.address)];
  for (const relay of relays) test.after(() => relay.close());
  return relays;
}

/** A pair that is up. */
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
  for (const [index, [one, other]] of all.shape.links.entries()) {
    if (daemon.name !== one && daemon.name !== other) continue;
    const isFirst = daemon.name === one;
    const met = find(all.daemons, isFirst ? other : one);
    await daemon.meet(met, all.relays[2 * index + (isFirst ? 1 : 0)]?.address);
    others.push(met);
  }
  await daemon.share(FOLDER, others);
}

function find(daemons: readonly TestDaemon[], name: string): TestDaemon {
  const found = daemons.find((daemon) => daemon.name === name);
  if (found === undefined) throw new Error(`no daemon is called ${name}`);
  return found;
}
