/** Every command there is, in the order in which help lists them. */

import type { Command } from './command.ts';
import { demoCommand } from './commands/demo.ts';
import { deviceAddCommand } from './commands/device-add.ts';
import { deviceListCommand } from './commands/device-list.ts';
import { deviceRemoveCommand } from './commands/device-remove.ts';
import { doctorCommand } from './commands/doctor.ts';
import { folderAddCommand } from './commands/folder-add.ts';
import { folderListCommand } from './commands/folder-list.ts';
import { folderRemoveCommand } from './commands/folder-remove.ts';
import { folderShareCommand } from './commands/folder-share.ts';
import { idCommand } from './commands/id.ts';
import { initCommand } from './commands/init.ts';
import { rescanCommand } from './commands/rescan.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { waitCommand } from './commands/wait.ts';

/** A group of commands of two words, by its first. */
export const GROUPS: Readonly<Record<string, string>> = {
  device: 'Add, list and remove devices',
  folder: 'Add, list, share and remove folders',
};

export const COMMANDS: readonly Command[] = [
  initCommand,
  idCommand,
  upCommand,
  statusCommand,
  waitCommand,
  deviceAddCommand,
  deviceListCommand,
  deviceRemoveCommand,
  folderAddCommand,
  folderListCommand,
  folderRemoveCommand,
  folderShareCommand,
  rescanCommand,
  doctorCommand,
  demoCommand,
];
