/** Does each folder's root carry the marker of this folder and of this home? Without it nothing in the root is trusted. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bad, type Finding, ok } from '../../api/finding.ts';
import { isMarkerOf, parseMarker } from '../../engine/marker-text.ts';
import { isProof } from '../../engine/programs/root-proof.ts';
import { errnoOf } from '../../host/errno.ts';
import { CONTROL_DIR } from '../../model/path.ts';
import type { FolderIdentity } from '../../ports/folder-store.ts';
import { foldersOf, type Patient } from './patient.ts';

/** One folder's marker. */
export interface MarkerFacts {
  readonly id: string;
  readonly path: string;
  /** What stands in it; the system's code where it cannot be read. */
  readonly marker: { readonly text: string } | { readonly errno: string };
  /** What the database knows; undefined: the folder was never opened, or the database cannot be read. */
  readonly known: FolderIdentity | undefined;
}

export async function checkMarkers(patient: Patient): Promise<readonly Finding[]> {
  const database = await patient.database();
  const isWhole = database.kind === 'inspected' && database.found.kind === 'whole';
  const identities = isWhole ? database.found.folders : new Map<string, FolderIdentity>();
  const all: MarkerFacts[] = [];
  for (const { id, path: root } of foldersOf(patient)) {
    all.push({ id, path: root, marker: await markerIn(root), known: identities.get(id) });
  }
  return judgeMarkers(all);
}

/** Pure. */
export function judgeMarkers(all: readonly MarkerFacts[]): readonly Finding[] {
  const found = all.flatMap((facts) => judge(facts) ?? []);
  if (found.length > 0) return found;
  const fresh = all.filter(({ known }) => known === undefined).length;
  const text =
    fresh === 0 ? `${all.length} right` : `${all.length - fresh} right, ${fresh} not opened yet`;
  return [ok('markers', all.length === 0 ? 'no folder yet' : text)];
}

function judge({ id, path: root, marker, known }: MarkerFacts): Finding | undefined {
  const file = path.join(root, CONTROL_DIR, 'marker');
  const wasOpen = known !== undefined && known.token !== '';
  if ('errno' in marker) {
    // Where none can be written, a folder that only sends does without.
    const isWithout = !wasOpen || isProof(known.token);
    if (marker.errno === 'ENOENT' && isWithout) return undefined;
    if (marker.errno === 'ENOENT') {
      const text = `folder ${id}: the marker ${file} is gone`;
      const mend = `mount the right disk there; if it is the right one: kith folder remove '${id}', then kith folder add '${id}' '${root}'`;
      return bad('markers', text, mend);
    }
    const text = `folder ${id}: the marker ${file} cannot be read (${marker.errno})`;
    return bad('markers', text, `sudo chown -R $(id -u) '${path.dirname(file)}'`);
  }
  const said = parseMarker(marker.text);
  if (said === undefined || !isMarkerOf(said, id)) {
    const whose = said === undefined ? 'no marker of Kith' : `that of folder ${said.folder}`;
    const text = `folder ${id}: the marker in ${root} is ${whose}`;
    return bad('markers', text, `mount the right disk there, or mend path of ${id} in config.yaml`);
  }
  if (!wasOpen || said.token === known.token || said.token === known.nextToken) return undefined;
  const text = `folder ${id}: the marker in ${root} is of another home, or of another time of this one`;
  const mend = `if another home has this directory too: kith folder remove '${id}' there; if index.db was put back from a copy: kith up, it begins anew and loses nothing`;
  return bad('markers', text, mend);
}

/** A root that is not there at all is told by the check of the folders; here it has no marker. */
async function markerIn(root: string): Promise<MarkerFacts['marker']> {
  try {
    return { text: await readFile(path.join(root, CONTROL_DIR, 'marker'), 'utf8') };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { errno };
  }
}
