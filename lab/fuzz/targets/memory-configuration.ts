/** The configuration as the daemon keeps it, in memory: the same parser and the same edits, no disk that an input could reach. */

import type { Config } from '../../../src/api/config.ts';
import type { Configuration, DecidedAnswer } from '../../../src/api/control.ts';
import type { ChangeEvent } from '../../../src/api/events.ts';
import type { Decision, FolderKindRequest } from '../../../src/api/kind-requests.ts';
import type { Pause, Resume } from '../../../src/api/pause-requests.ts';
import type { AddDevice, AddFolder, Rescan, ShareFolder } from '../../../src/api/requests.ts';
import type { DaemonService } from '../../../src/api/service.ts';
import type { StatusReport } from '../../../src/api/status.ts';
import { KithError } from '../../../src/base/error.ts';
import * as edits from '../../../src/daemon/config-file-edit.ts';
import { type ParsedConfig, parseConfig } from '../../../src/daemon/config-file-parse.ts';
import { setPaused } from '../../../src/daemon/config-file-pause.ts';

/** A service over a text. */
export class MemoryConfiguration implements DaemonService {
  /** What would stand in config.yaml. */
  text: string;
  readonly #rescans: Rescan[] = [];
  readonly #decisions: string[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** All that a request can change. */
  get state(): string {
    return JSON.stringify([this.text, this.#rescans, this.#decisions]);
  }

  async configuration(): Promise<Configuration> {
    return configurationOf(this.#read().config);
  }

  async addDevice(request: AddDevice): Promise<Configuration> {
    return this.#edit((draft) => edits.addDevice(draft, request));
  }

  async removeDevice(device: string): Promise<Configuration> {
    return this.#edit((draft) => edits.removeDevice(draft, device));
  }

  async addFolder(request: AddFolder): Promise<Configuration> {
    return this.#edit((draft) => edits.addFolder(draft, request));
  }

  async removeFolder(folder: string): Promise<Configuration> {
    return this.#edit((draft) => edits.removeFolder(draft, folder));
  }

  async shareFolder(folder: string, { device }: ShareFolder): Promise<Configuration> {
    return this.#edit((draft) => edits.shareFolder(draft, { folder, device }));
  }

  async setFolderKind(folder: string, { kind }: FolderKindRequest): Promise<Configuration> {
    return this.#edit((draft) => edits.setFolderKind(draft, { folder, kind }));
  }

  async pause({ seconds, ...named }: Pause): Promise<Configuration> {
    const paused = seconds === undefined || { until: '2026-01-31T12:00:00Z', seconds };
    return this.#edit((draft) => setPaused(draft, named, paused));
  }

  async resume(named: Resume): Promise<Configuration> {
    return this.#edit((draft) => setPaused(draft, named, false));
  }

  async decide(folder: string, decision: Decision): Promise<DecidedAnswer> {
    this.#decisions.push(`${decision} ${folder}`);
    return { changes: 0, left: 0 };
  }

  async status(): Promise<StatusReport> {
    return { device: 'SELF', name: 'laptop', version: '1', uptimeMs: 1, notes: [], folders: [] };
  }

  async rescan(request: Rescan): Promise<void> {
    this.#rescans.push(request);
  }

  onChange(_listener: (event: ChangeEvent) => void): () => void {
    return () => undefined;
  }

  #edit(change: (draft: edits.ConfigDraft) => void): Configuration {
    const { parsed, config } = this.#read();
    change({ document: parsed.document, config });
    const text = parsed.document.toString({ lineWidth: 0, flowCollectionPadding: true });
    const { outcome } = parseConfig(text);
    if (outcome.kind === 'mistakes') {
      throw new KithError('CONFIG_CHANGE_REFUSED', {
        reasons: outcome.mistakes.map((each) => each.text),
      });
    }
    this.text = text;
    return configurationOf(outcome.config);
  }

  #read(): { readonly parsed: ParsedConfig; readonly config: Config } {
    const parsed = parseConfig(this.text);
    if (parsed.outcome.kind === 'mistakes')
      throw new KithError('CONFIG_INVALID', { ...parsed.outcome });
    return { parsed, config: parsed.outcome.config };
  }
}

function configurationOf({ devices, folders }: Config): Configuration {
  return {
    devices: devices.map((device) => ({ ...device, addresses: [...device.addresses] })),
    folders: folders.map((folder) => ({ ...folder, devices: [...folder.devices] })),
  };
}
