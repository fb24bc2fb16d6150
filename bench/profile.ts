/** Where the processor time of some work goes: the samples of V8's profiler, by folder of the project. */

import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';

/** A part of the program and its share of all samples, 0 to 1; the greatest first. */
export interface Share {
  readonly part: string;
  readonly share: number;
}

/** Runs the work under the profiler. `root` is the checkout. */
export async function profiled(
  root: string,
  work: () => Promise<unknown>,
): Promise<readonly Share[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    return sharesOf(profile, `${pathToFileURL(root).href}/`);
  } finally {
    session.disconnect();
  }
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples?: readonly number[] | undefined;
  readonly timeDeltas?: readonly number[] | undefined;
}

function sharesOf(
  { nodes, samples = [], timeDeltas = [] }: Profile,
  root: string,
): readonly Share[] {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame, root)]));
  const times = new Map<string, number>();
  let all = 0;
  for (const [at, id] of samples.entries()) {
    const part = parts.get(id) ?? '?';
    const time = timeDeltas[at] ?? 0;
    if (part === '(idle)') continue;
    times.set(part, (times.get(part) ?? 0) + time);
    all += time;
  }
  const shares = [...times].map(([part, time]) => ({ part, share: time / all }));
  return shares.sort((a, b) => b.share - a.share);
}

function partOf(frame: Profile['nodes'][number]['callFrame'], root: string): string {
  const { url, functionName } = frame;
  if (url === '') return functionName.startsWith('(') ? functionName : 'V8 and Node';
  if (!url.startsWith(root)) return 'V8 and Node';
  const folders = url.slice(root.length).split('/').slice(0, -1);
  return folders[0] === 'node_modules' ? 'packages' : folders.slice(0, 2).join('/');
}
