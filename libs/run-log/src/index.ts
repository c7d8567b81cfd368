export { RUN_LOG_MIGRATIONS } from './migrations.js';
export { redactor } from './redact.js';
export { LogWriter, RunLog, type LogLine, type LogStream } from './run-log.js';
export { RunLogModule } from './run-log.module.js';
