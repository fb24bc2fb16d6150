/** Does config.yaml hold together, and can every device in it be met at all? */

import { isLoopback, parseHostPort } from '../../api/address.ts';
import { DYNAMIC } from '../../api/address-fields.ts';
import type { Config, DeviceConfig } from '../../api/config.ts';
import { bad, type Finding, ok, warn } from '../../api/finding.ts';
import { asKithError } from '../../base/error.ts';
import type { Patient } from './patient.ts';
import { reasonText } from './reason-text.ts';

export async function checkConfiguration(patient: Patient): Promise<readonly Finding[]> {
  const { config, files, said } = patient;
  if ('error' in config) return [judgeUnreadable(config.error, files)];
  const folders = said.kind === 'report' ? said.report.folders : [];
  const met = folders.flatMap(({ devices }) => devices.filter(({ connected }) => connected));
  return judgeConfiguration(config.value, {
    file: files.config,
    connected: new Set(met.map(({ id }) => id)),
  });
}

/** Pure. `connected`: ids of the devices that are there now. */
export function judgeConfiguration(
  config: Config,
  { file, connected }: { readonly file: string; readonly connected: ReadonlySet<string> },
): readonly Finding[] {
  const { devices, folders, listen } = config;
  const isReachable = listen.some((address) => !isLoopback(hostOf(address)));
  const lonely = devices.filter((device) => !connected.has(device.id) && isUndialled(device));
  const found = lonely.map(({ name }) => {
    const who = JSON.stringify(name);
    if (listen.length > 0 && isReachable) {
      const text = `device ${who} has no address: only it can dial this one`;
      return warn('configuration', text, `give it one under addresses in ${file}, if it has one`);
    }
    const text = `device ${who} has no address, and nobody outside can dial this one`;
    const mend = `add an address to it, or listen where others come in, in ${file}; then start kith up again`;
    return bad('configuration', text, mend);
  });
  const counted = `no mistakes; devices: ${devices.length}, folders: ${folders.length}`;
  return found.length > 0 ? found : [ok('configuration', counted)];
}

function judgeUnreadable(error: unknown, files: Patient['files']): Finding {
  if (asKithError(error, 'CONFIG_MISSING') !== undefined) {
    const text = `nothing is set up in ${files.home}`;
    return bad('configuration', text, `kith --home '${files.home}' init, or name the right home`);
  }
  const text = reasonText(error);
  return bad('configuration', text, `edit ${files.config} there`);
}

function isUndialled({ addresses }: DeviceConfig): boolean {
  return addresses.every((address) => address === DYNAMIC);
}

function hostOf(address: string): string {
  return parseHostPort(address.replace(/^tcp:\/\//, ''))?.host ?? '';
}
