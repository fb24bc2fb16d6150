/** config.yaml of one home: read as a whole or refused, changed one edit at a time, written atomically with its comments. */

import { type Config, SHORT_ID_TAKEN } from '../api/config.ts';
import type { Configuration } from '../api/control.ts';
import type { FolderKindRequest } from '../api/kind-requests.ts';
import { mistake, mistakeText } from '../api/mistakes.ts';
import type { Paused } from '../api/pause.ts';
import type { Pause, Resume } from '../api/pause-requests.ts';
import type { AddDevice, AddFolder, ShareFolder } from '../api/requests.ts';
import type { ConfigurationService } from '../api/service.ts';
import { KithError } from '../base/error.ts';
import { deviceIdOfPem } from '../host/certificate.ts';
import { type HomeFiles, homeFiles } from '../host/locations.ts';
import { makeDirectories } from '../host/make-directories.ts';
import { readTextIfThere, writePrivateFile } from '../host/private-file.ts';
import { shortId } from '../model/device-id.ts';
import * as edits from './config-file-edit.ts';
import { type ParsedConfig, type PlacedMistake, parseConfig } from './config-file-parse.ts';
import { pathMistakes } from './config-file-paths.ts';
import { setPaused } from './config-file-pause.ts';
import type { PausedItem } from './pauses.ts';

/** What became of an edit. */
type Checked =
  | { readonly kind: 'config'; readonly config: Config; readonly parsed: ParsedConfig }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly PlacedMistake[] };

export interface ConfigFileOptions {
  readonly home: string;
  /** Called after each change that reached the disk, before the change's promise resolves; edits wait for it. */
  readonly onChange?: (config: Config) => Promise<void>;
}

/**
 * The configuration in `home`. CONFIG_MISSING if there is none; CONFIG_INVALID with `data.file` and `data.mistakes` (line,
 * column, where, text) if it does not hold together.
 */
export async function readConfig(home: string): Promise<Config> {
  return (await readChecked(homeFiles(home))).config;
}

/** Changes the file. Whoever makes one holds the home's lock. A person may edit the file too: each change reads it anew. */
export class ConfigFile implements ConfigurationService {
  readonly #files: HomeFiles;
  readonly #onChange: (config: Config) => Promise<void>;
  /** The edits run one after another; this ends with the last of them, and never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ home, onChange = async () => undefined }: ConfigFileOptions) {
    this.#files = homeFiles(home);
    this.#onChange = onChange;
  }

  async configuration(): Promise<Configuration> {
    return configurationOf(await readConfig(this.#files.home));
  }

  addDevice(request: AddDevice): Promise<Configuration> {
    return this.#edit((draft) => edits.addDevice(draft, request));
  }

  removeDevice(device: string): Promise<Configuration> {
    return this.#edit((draft) => edits.removeDevice(draft, device));
  }

  addFolder(request: AddFolder): Promise<Configuration> {
    const makeRoot = () => makeFolderRoot(request.path);
    return this.#edit((draft) => edits.addFolder(draft, request), makeRoot);
  }

  removeFolder(folder: string): Promise<Configuration> {
    return this.#edit((draft) => edits.removeFolder(draft, folder));
  }

  shareFolder(folder: string, { device }: ShareFolder): Promise<Configuration> {
    return this.#edit((draft) => edits.shareFolder(draft, { folder, device }));
  }

  setFolderKind(folder: string, { kind }: FolderKindRequest): Promise<Configuration> {
    return this.#edit((draft) => edits.setFolderKind(draft, { folder, kind }));
  }

  pause({ seconds, ...named }: Pause): Promise<Configuration> {
    const paused = (): Paused => {
      if (seconds === undefined) return true;
      return { until: new Date(Date.now() + seconds * 1000).toISOString(), seconds };
    };
    return this.#edit((draft) => setPaused(draft, named, paused()));
  }

  resume(named: Resume): Promise<Configuration> {
    return this.#edit((draft) => setPaused(draft, named, false));
  }

  /** Says of those that `over` names in the file as it is by now that they rest no more. */
  liftPauses(over: (config: Config) => readonly PausedItem[]): Promise<Configuration> {
    return this.#edit((draft) => {
      for (const { what, id } of over(draft.config)) {
        setPaused(draft, { [what]: id }, false);
      }
    });
  }

  #edit(
    change: (draft: edits.ConfigDraft) => void,
    beforeWrite?: () => Promise<void>,
  ): Promise<Configuration> {
    const run = async () => {
      const { parsed, config: before } = await readChecked(this.#files);
      change({ document: parsed.document, config: before });
      const text = parsed.document.toString({ lineWidth: 0, flowCollectionPadding: true });
      const after = await check(text, this.#files);
      if (after.kind === 'mistakes') {
        const reasons = after.mistakes.map((found) => mistakeText(found));
        throw new KithError('CONFIG_CHANGE_REFUSED', { reasons });
      }
      await beforeWrite?.();
      await writePrivateFile(this.#files.config, text);
      await this.#onChange(after.config);
      return configurationOf(after.config);
    };
    const done = this.#last.then(run);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function configurationOf({ devices, folders }: Config): Configuration {
  return {
    devices: devices.map((device) => ({ ...device, addresses: [...device.addresses] })),
    folders: folders.map((folder) => ({ ...folder, devices: [...folder.devices] })),
  };
}

async function readChecked(files: HomeFiles) {
  const text = await readTextIfThere(files.config);
  if (text === undefined) throw new KithError('CONFIG_MISSING', { home: files.home });
  const checked = await check(text, files);
  if (checked.kind === 'config') return checked;
  const mistakes = checked.mistakes.map(({ line, column, where, text: what }) => {
    return { line, column, where, text: what };
  });
  throw new KithError('CONFIG_INVALID', { file: files.config, mistakes });
}

async function check(text: string, files: HomeFiles): Promise<Checked> {
  const parsed = parseConfig(text);
  const { outcome } = parsed;
  if (outcome.kind === 'mistakes') return outcome;
  const { config } = outcome;
  const found = [
    ...(await selfMistakes(config, files)),
    ...(await pathMistakes(config, files.home)),
  ];
  if (found.length > 0) return { kind: 'mistakes', mistakes: found.map(parsed.place) };
  return { kind: 'config', config, parsed };
}

async function selfMistakes(config: Config, files: HomeFiles) {
  const certificate = await readTextIfThere(files.certificate);
  if (certificate === undefined) return [];
  const self = deviceIdOfPem(certificate);
  const at = config.devices.findIndex(({ id }) => id === self);
  if (at >= 0) return [mistake(['devices', at, 'id'], 'is this device itself; list the others')];
  const like = config.devices.findIndex(({ id }) => shortId(id) === shortId(self));
  return like < 0 ? [] : [mistake(['devices', like, 'id'], SHORT_ID_TAKEN)];
}

async function makeFolderRoot(root: string): Promise<void> {
  try {
    await makeDirectories(root);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `${root} is no directory and cannot be made one; choose another path (${why})`;
    throw new KithError('CONFIG_CHANGE_REFUSED', { reasons: [text] }, error);
  }
}
