/** Every command there is, in the order in which help lists them. */

import type { Command } from './command.ts';
import { demoCommand } from './commands/demo.ts';
import { deviceAddCommand } from './commands/device-add.ts';
import { deviceListCommand } from './commands/device-list.ts';
import { deviceRemoveCommand } from './commands/device-remove.ts';
import { doctorCommand } from './commands/doctor.ts';
import { folderAddCommand } from './commands/folder-add.ts';
import { folderKindCommand } from './commands/folder-kind.ts';
import { folderListCommand } from './commands/folder-list.ts';
import { folderOverrideCommand } from './commands/folder-override.ts';
import { folderRemoveCommand } from './commands/folder-remove.ts';
import { folderRevertCommand } from './commands/folder-revert.ts';
import { folderShareCommand } from './commands/folder-share.ts';
import { idCommand } from './commands/id.ts';
import { initCommand } from './commands/init.ts';
import { pauseCommand } from './commands/pause.ts';
import { rescanCommand } from './commands/rescan.ts';
import { resumeCommand } from './commands/resume.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { waitCommand } from './commands/wait.ts';

/** A group of commands of two words, by its first. */
export const GROUPS: Readonly<Record<string, string>> = {
  device: 'Add, list and remove devices',
  folder: 'Add, list, share and remove folders, and say what they take and give',
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
  folderKindCommand,
  folderRevertCommand,
  folderOverrideCommand,
  pauseCommand,
  resumeCommand,
  rescanCommand,
  doctorCommand,
  demoCommand,
];
