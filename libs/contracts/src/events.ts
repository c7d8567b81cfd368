import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDateString,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { SluiceConfig } from './config/index.js';
import { COMMIT, DIGEST, ENVIRONMENT_NAME, PROJECT_NAME, REF, REPOSITORY } from './names.js';
import { STAGE_NAMES, type Stage } from './stages.js';
import { RUN_STATUSES, type RunStatus } from './statuses.js';

/** The journey of one commit. */
export class RunRef {
  @IsUUID() readonly id!: string;
  @Matches(PROJECT_NAME) readonly project!: string;
  /** A full git ref, `refs/heads/main`. */
  @Matches(REF) @MaxLength(255) readonly ref!: string;
  @Matches(COMMIT) readonly commit!: string;
}

/** One image of a run. The digest is its identity; no event ever carries a tag. */
export class ImageRef {
  /** The compose service it belongs to; `app` when the repository has only a Dockerfile. */
  @IsString() @MaxLength(63) readonly service!: string;
  /** Path inside the registry, without its host: `dev/shop`. */
  @Matches(REPOSITORY) readonly repository!: string;
  @Matches(DIGEST) readonly digest!: string;
}

/** A commit arrived on a branch, by the git remote or announced by a forge. Its id becomes the run's id. */
export class PushReceived {
  @IsDefined() @ValidateNested() @Type(() => RunRef) readonly run!: RunRef;
  /** Who pushed: a user of Sluice, or the login that the forge vouches for. */
  @IsString() @MaxLength(255) readonly pusher!: string;
  /** Where the builder fetches the commit from. Never carries credentials. */
  @IsString() @MaxLength(2048) readonly cloneUrl!: string;
  /** First line of the commit message. */
  @IsString() @MaxLength(500) readonly subject!: string;
  @IsIn(['git', 'gogs', 'gitea', 'github', 'gitlab']) readonly source!: PushSource;
}
export type PushSource = 'git' | 'gogs' | 'gitea' | 'github' | 'gitlab';

/** What every event of a stage says: which run, which step of it, where. */
export class StageEvent {
  @IsDefined() @ValidateNested() @Type(() => RunRef) readonly run!: RunRef;
  /** One execution of a stage for a run; a retry has another. */
  @IsUUID() readonly step!: string;
  @Matches(ENVIRONMENT_NAME) readonly environment!: string;
}

export class StageStarted extends StageEvent {
  /** How often the step was claimed; above 1 a worker was lost on the way. */
  @IsInt() @Min(1) readonly attempt!: number;
}

/** Proof of a failure: what was seen, not what is supposed. */
export class Evidence {
  @IsOptional() @IsInt() readonly exitCode?: number;
  /** The swarm task, container or build step that failed. */
  @IsOptional() @IsString() readonly where?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) @ArrayMaxSize(200) readonly lastLogLines?: string[];
  /** What a failed release went back to. */
  @IsOptional() @IsInt() readonly rolledBackToRelease?: number;
}

export class StageFailed extends StageEvent {
  /** `<stage>.<reason>`, for machines. */
  @Matches(/^[a-z]+\.[a-z_]+$/) readonly code!: string;
  /** For people: what, where and how to mend it. */
  @IsString() readonly message!: string;
  @IsOptional() @ValidateNested() @Type(() => Evidence) readonly evidence?: Evidence;
}

export class BuildRequested extends StageEvent {
  @IsString() @MaxLength(2048) readonly cloneUrl!: string;
}

export class BuildSucceeded extends StageEvent {
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ImageRef) readonly images!: ImageRef[];
  /** The repository's sluice.yml at this commit, with its defaults filled in. */
  @IsObject() readonly config!: SluiceConfig;
}

/** A request to do something with what the build produced. */
export class ImagesRequested extends StageEvent {
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ImageRef) readonly images!: ImageRef[];
  @IsObject() readonly config!: SluiceConfig;
}

export class PreviewSucceeded extends StageEvent {
  /** Absent when the application listens on no port. */
  @IsOptional() @IsString() readonly address?: string;
  @IsDateString() readonly expiresAt!: string;
}

export class PromoteRequested extends StageEvent {
  @Matches(ENVIRONMENT_NAME) readonly from!: string;
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ImageRef) readonly images!: ImageRef[];
}

export class PromoteSucceeded extends StageEvent {
  /** The same digests in the namespace of the environment they entered. */
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ImageRef) readonly images!: ImageRef[];
}

export class TestSucceeded extends StageEvent {
  /** How many commands passed; 0 when the project has no tests. */
  @IsInt() @Min(0) readonly passed!: number;
}

export class DeploySucceeded extends StageEvent {
  /** Counted per project and environment, from 1. */
  @IsInt() @Min(1) readonly release!: number;
  @IsArray() @IsString({ each: true }) readonly addresses!: string[];
}

export class StoppedStep {
  @IsUUID() readonly step!: string;
  @IsIn(STAGE_NAMES) readonly stage!: Stage;
  @Matches(ENVIRONMENT_NAME) readonly environment!: string;
}

export class RunChanged {
  @IsDefined() @ValidateNested() @Type(() => RunRef) readonly run!: RunRef;
  /** Counted per project, from 1. */
  @IsInt() @Min(1) readonly number!: number;
  @IsIn(RUN_STATUSES) readonly status!: RunStatus;
  /** Why it ended so, or what it waits for. */
  @IsOptional() @IsString() readonly reason?: string;
  /** The step that was under way when the run ended before its time; its worker stops. */
  @IsOptional() @ValidateNested() @Type(() => StoppedStep) readonly stopped?: StoppedStep;
}

export class GateChanged {
  @IsDefined() @ValidateNested() @Type(() => RunRef) readonly run!: RunRef;
  @IsUUID() readonly step!: string;
  @Matches(ENVIRONMENT_NAME) readonly environment!: string;
  @IsOptional() @IsString() readonly by?: string;
  @IsOptional() @IsString() @MaxLength(2000) readonly note?: string;
}

type Outcome = 'requested' | 'started' | 'succeeded' | 'failed';
type Catalogue = Record<
  'push.received' | `${Stage}.${Outcome}` | `run.${RunStatus}` | `gate.${'opened' | 'approved' | 'rejected'}`,
  new () => object
>;

/** Every event: the key is its CloudEvents type and routing key, the value validates its data. */
export const EVENTS = {
  'push.received': PushReceived,

  'build.requested': BuildRequested,
  'build.started': StageStarted,
  'build.succeeded': BuildSucceeded,
  'build.failed': StageFailed,

  'preview.requested': ImagesRequested,
  'preview.started': StageStarted,
  'preview.succeeded': PreviewSucceeded,
  'preview.failed': StageFailed,

  'promote.requested': PromoteRequested,
  'promote.started': StageStarted,
  'promote.succeeded': PromoteSucceeded,
  'promote.failed': StageFailed,

  'test.requested': ImagesRequested,
  'test.started': StageStarted,
  'test.succeeded': TestSucceeded,
  'test.failed': StageFailed,

  'deploy.requested': ImagesRequested,
  'deploy.started': StageStarted,
  'deploy.succeeded': DeploySucceeded,
  'deploy.failed': StageFailed,

  'run.queued': RunChanged,
  'run.running': RunChanged,
  'run.waiting': RunChanged,
  'run.succeeded': RunChanged,
  'run.failed': RunChanged,
  'run.canceled': RunChanged,
  'run.superseded': RunChanged,

  'gate.opened': GateChanged,
  'gate.approved': GateChanged,
  'gate.rejected': GateChanged,
} as const satisfies Catalogue;

export type EventName = keyof typeof EVENTS;
export type EventData<N extends EventName> = InstanceType<(typeof EVENTS)[N]>;

/** What a stage's handler returns; the stage library adds whose it is. */
export type StageResult<S extends Stage> = Omit<EventData<`${S}.succeeded`>, keyof StageEvent>;
