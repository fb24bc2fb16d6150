/** Is this Node new enough, and do the native parts load? */

import { bad, type Finding, ok } from '../../api/finding.ts';
import { systemCalls } from '../../host/ffi.ts';
import { lockTrouble } from '../../host/file-lock.ts';

/** As `engines` in package.json has it. */
const LEAST: readonly [number, number] = [24, 11];
const INSTALL = 'npm ci';

/** What is known of the machinery. Why a part does not load; undefined if it does. */
export interface Machinery {
  /** `24.11.0`. */
  readonly version: string;
  readonly platform: string;
  /** Where the program stands. */
  readonly program: string;
  readonly lock: string | undefined;
  readonly calls: string | undefined;
  readonly compression: string | undefined;
}

export async function checkNode(): Promise<readonly Finding[]> {
  const calls = systemCalls();
  return judgeNode({
    version: process.versions.node,
    platform: process.platform,
    program: new URL('../../..', import.meta.url).pathname,
    lock: lockTrouble(),
    calls: calls.kind === 'missing' ? calls.why : undefined,
    compression: await compressionTrouble(),
  });
}

/** Pure. */
export function judgeNode(machinery: Machinery): readonly Finding[] {
  const { version, platform, program, lock, calls, compression } = machinery;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const install = `in ${program}: ${INSTALL}`;
  const isOld = major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1]);
  const found = [
    ...(isOld
      ? [
          bad(
            'node',
            `Node ${version} is too old, ${LEAST.join('.')} is the least`,
            `unset KITH_NODE, or let it name a newer Node; ${install} brings one on Linux`,
          ),
        ]
      : []),
    ...(platform === 'linux'
      ? []
      : [bad('node', `folders do not open on ${platform}`, 'use Linux, 64 bits')]),
    ...(lock === undefined ? [] : [bad('node', `the home cannot be locked: ${lock}`, install)]),
    ...(calls === undefined ? [] : [bad('node', `folders cannot be opened: ${calls}`, install)]),
    ...(compression === undefined
      ? []
      : [bad('node', `messages cannot be unpacked: ${compression}`, install)]),
  ];
  return found.length > 0 ? found : [ok('node', `Node ${version}, all native parts load`)];
}

/** The only module that may load it is asked, so that the daemon and this check cannot differ. */
async function compressionTrouble(): Promise<string | undefined> {
  try {
    await import('../../bep/compression.ts');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0] : String(error);
  }
}
