/** The guards of what networks and other devices do: connections that fail, words that come late, what is not theirs any more. */

import type { Guard } from './guard.ts';

export const networkGuards: readonly Guard[] = [
  {
    name: 'news that was heard before stands for what has come since',
    file: 'mutations',
    scenario: 'an update that is sent again, late',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'return entries.filter(({ sequence }) => sequence > heard);',
        to: 'return heard < 0 ? [] : entries;',
      },
    ],
  },
  {
    name: 'whatever a device announces is kept',
    file: 'much-announced',
    scenario: 'MAL-06: an index without end',
    edits: [
      {
        file: 'src/engine/hearing.ts',
        from: 'this.#context.allowance.take(device, entries);',
        to: '',
      },
    ],
  },
  {
    name: 'what a device announced counts on when it has been forgotten',
    file: 'much-announced',
    scenario: 'MAL-06: a device that is no longer to share',
    edits: [
      {
        file: 'src/engine/folder.ts',
        from: 'for (const device of gone) this.#life.running?.context.allowance.dropped(device);',
        to: '',
      },
    ],
  },
  {
    name: 'the end of a connection is a reason to dial at once',
    file: 'reconnects',
    scenario: 'two devices that lose each other at once',
    edits: [
      {
        file: 'src/peer/device-peer.ts',
        from: 'if (this.#connections.size === 0) this.#bell.ring();',
        to: 'if (this.#connections.size === 0) [this.#bell, this.#news].map((bell) => bell.ring());',
      },
    ],
  },
  {
    name: 'a device is not cut off that is silent',
    file: 'reconnects',
    scenario: 'NET-02: a connection that is dead without a word \\(silence\\)',
    edits: [
      {
        file: 'src/peer/pulse.ts',
        from: 'const SILENT_MS = 300_000;',
        to: 'const SILENT_MS = 300_000_000;',
      },
    ],
  },
  {
    name: 'the rest of a message is written whatever was unshared meanwhile',
    file: 'wire-audit',
    scenario: 'I21: from the moment on in which the folder is not shared',
    edits: [
      {
        file: 'src/peer/connection.ts',
        from: `if (hasBegun && !mayGoOn()) throw new KithError('CONNECTION_LOST', UNSHARED);`,
        to: '',
      },
    ],
  },
  {
    name: 'folders are unshared one after the other',
    file: 'wire-audit',
    scenario: 'I21: all folders are unshared at once',
    edits: [
      {
        file: 'src/daemon/device.ts',
        from: 'config.folders.map(({ id, devices }) => this.#folders.get(id)?.folder.share(devices)),',
        to: `config.folders.map(async ({ id, devices }, at) => {
          if (at > 0) await this.#folders.get(config.folders[0].id)?.folder.share(config.folders[0].devices);
          await this.#folders.get(id)?.folder.share(devices);
        }),`,
      },
    ],
  },
  {
    name: 'blocks of the content before are fetched again',
    file: 'topologies',
    scenario: 'LF9',
    edits: [
      {
        file: 'src/engine/fetcher.ts',
        from: 'local.push(offset === undefined ? undefined : { path, offset });',
        to: 'local.push(undefined);',
      },
    ],
  },
  {
    name: 'a device speaks when there is nothing to say',
    file: 'topologies',
    scenario: 'four devices in a line',
    edits: [
      { file: 'src/peer/pulse.ts', from: 'const PING_MS = 60_000;', to: 'const PING_MS = 1_000;' },
    ],
  },
  {
    name: 'what failed is not taken up again',
    file: 'disk-trouble',
    scenario: 'when too many files are open',
    edits: [
      {
        file: 'src/engine/puller.ts',
        from: 'this.consider(this.problems.takeDue(clock.mono()) as readonly RelPath[]);',
        to: 'this.problems.takeDue(clock.mono());',
      },
    ],
  },
];
