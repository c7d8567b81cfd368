export { STAGE_MIGRATIONS } from './migrations.js';
export { StageFailure } from './stage-failure.js';
export { HandlesStage, type StageHandler, type StageJob } from './stage-handler.js';
export { StageModule } from './stage.module.js';
