/** Every program of the engine by name: what a disk runs. Loaded by the host's disk workers and by the simulator alike. */

import { apply } from './programs/apply.ts';
import { look } from './programs/look.ts';
import { readMarker, writeMarker } from './programs/marker.ts';
import { rescue } from './programs/rescue.ts';
import { reuse } from './programs/reuse.ts';
import { serve } from './programs/serve.ts';
import { setAside, syncAll } from './programs/set-aside.ts';
import { recover, settle } from './programs/settle.ts';
import { dropStage, listStage, writePieces } from './programs/stage.ts';
import { study, studyPart } from './programs/study.ts';

export const programs = {
  apply,
  dropStage,
  listStage,
  look,
  readMarker,
  recover,
  rescue,
  reuse,
  serve,
  setAside,
  settle,
  study,
  studyPart,
  syncAll,
  writeMarker,
  writePieces,
};

export type EnginePrograms = typeof programs;
