/** What happens in the demonstration, act by act; each says what it does. */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { KithError } from '../../base/error.ts';
import type { Context } from '../command.ts';
import { bytesText, countText, plainText } from '../format.ts';
import type { Out } from '../out.ts';
import type { DemoDevice } from './devices.ts';
import { copyTrees, type Filled, makeUpTree } from './fill-folder.ts';
import type { Ground, Place } from './ground.ts';
import { showChanges, showProgress } from './progress.ts';
import { type Proof, proveEqual } from './prove.ts';
import { equalText } from './scene-text.ts';
import { type Scene, watchScenes } from './scenes.ts';
import { findSourceTrees } from './source-tree.ts';

const PATIENCE_MS = 5 * 60_000;
/** Room for databases and for what is staged. */
const SPARE = 1.3;
const MOST_DIFFERENCES = 20;
const PROGRAM = fileURLToPath(new URL('../../../bin/kith', import.meta.url));

/** Fills the folder of the first; FILE_DISK_FULL if the copies of the others would not fit. */
export async function fillFirst(
  places: readonly Place[],
  { ground, context }: { readonly ground: Ground; readonly context: Context },
): Promise<Filled> {
  const { out, signal } = context;
  const [first, ...others] = places;
  if (first === undefined) throw new KithError('BUG');
  const sources = await findSourceTrees();
  const what = sources === undefined ? 'files that are made up' : `a copy of ${sources.join(', ')}`;
  out.line(`Filling the folder of ${first.name} with ${what}.`);
  const filled =
    sources === undefined
      ? await makeUpTree(first.folder, signal)
      : await copyTrees(sources, { target: first.folder, signal });
  await ground.requireSpace(filled.bytes * others.length * SPARE);
  out.line(`  ${filledText(filled)}; the folders of the others are empty.`);
  return filled;
}

/** Waits until every device says that all are equal, prints the figures, gives the last scene. DEMO_NOT_EQUAL after five minutes. */
export async function becomeEqual(
  devices: readonly DemoDevice[],
  { filled, context }: { readonly filled: Filled; readonly context: Context },
): Promise<Scene> {
  const { out, signal } = context;
  const progress = showProgress(out, namesOf(devices));
  let reasons: readonly string[] = [];
  let last: Scene = { folders: [], verdict: { kind: 'waiting', reasons }, elapsedMs: 0 };
  await watchScenes(devices, {
    signal,
    onScene: (scene) => {
      progress.show(scene);
      last = scene;
      reasons = scene.verdict.kind === 'equal' ? [] : scene.verdict.reasons;
      // Before the first scan all folders are equally empty.
      if (scene.folders.some(({ local }) => local.files < filled.files)) {
        reasons = [...reasons, 'a device has fewer files than were put there'];
      }
      const isOver = scene.verdict.kind === 'attention' || scene.elapsedMs > PATIENCE_MS;
      return reasons.length === 0 || isOver ? 'enough' : 'more';
    },
  });
  out.draft([]);
  if (reasons.length > 0) throw new KithError('DEMO_NOT_EQUAL', { reasons });
  out.line(`Every device says that all are equal: ${filledText(filled)}.`);
  out.line(`  ${equalText(filled, { devices: devices.length, elapsedMs: last.elapsedMs })}`);
  return last;
}

/** Has the real directories compared by code that is no part of the program. DEMO_NOT_EQUAL, DEMO_UNPROVEN. */
export async function prove(devices: readonly DemoDevice[], context: Context): Promise<void> {
  const { out, signal } = context;
  const startMs = performance.now();
  const proof = await proveEqual(
    devices.map(({ folder }) => folder),
    signal,
  );
  if (proof === undefined) {
    out.line(
      'Not proved beyond that: lab/verify, which compares the files, is only in a checkout.',
    );
    return;
  }
  if (!proof.isEqual) throw new KithError('DEMO_NOT_EQUAL', { reasons: differenceLines(proof) });
  const { files, links, directories, bytesHashed } = proof;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  out.line(`Proved by lab/verify/equal-trees.ts, which walked the ${devices.length} folders:`);
  out.line(
    `  ${countText(files, 'file')}, ${countText(links, 'link')}, ${countText(directories, 'directory')}: same paths, kinds,`,
  );
  out.line(
    `  modes, times of files, targets of links and bytes (SHA-256 over ${bytesText(bytesHashed)}, ${seconds} s)`,
  );
}

/** What a person can try now. */
export function explain(devices: readonly DemoDevice[], out: Out): void {
  const program = path.relative(process.cwd(), PROGRAM);
  const kith = program.startsWith('..') ? PROGRAM : program;
  out.line('');
  out.line('Change something in one of these folders and watch it spread:');
  for (const { folder } of devices) out.line(`  ${folder}`);
  out.line('Ask a device:');
  for (const { home } of devices) out.line(`  ${kith} --home ${home} status`);
  out.line('Their logs stand beside the homes. Ctrl-C ends it all.');
  out.line('');
}

/** Shows changes as they spread, until the person ends it. `start`: how it was before anybody touched anything. */
export async function play(
  devices: readonly DemoDevice[],
  { start, context }: { readonly start: Scene; readonly context: Context },
): Promise<void> {
  const { out, signal } = context;
  const changes = showChanges(out, { names: namesOf(devices), start });
  try {
    await watchScenes(devices, {
      signal,
      onScene: (scene) => {
        changes.show(scene);
        return 'more';
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function namesOf(devices: readonly DemoDevice[]): readonly string[] {
  return devices.map(({ name }) => name);
}

function filledText({ files, directories, bytes }: Filled): string {
  const counts = `${countText(files, 'file')}, ${countText(directories, 'directory')}`;
  return `${counts}, ${bytesText(bytes)}`;
}

function differenceLines({ differences, differenceCount }: Proof): readonly string[] {
  const shown = differences.slice(0, MOST_DIFFERENCES).map(({ path: at, there, what }) => {
    return plainText(`${path.join(there, at)} ${what}`);
  });
  const hidden = differenceCount - shown.length;
  return hidden > 0 ? [...shown, `and ${countText(hidden, 'difference')} more`] : shown;
}
