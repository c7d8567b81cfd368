export { LabError } from './packages.js';
export { labPid } from './lock.js';
export { planFolder, type Folder } from './folder.js';
export {
  ENGINE_NAMES,
  readLab,
  type EngineName,
  type Lab,
  type LabBrokerUser,
  type LabEngine,
  type RegistryTokens,
} from './lab.js';
export { ProcessTable, type RunningProcess, type SpawnOptions } from './processes.js';
export { startLab, type LabOptions, type RunningLab } from './start-lab.js';
export { terminalReport, type Report } from './report.js';
