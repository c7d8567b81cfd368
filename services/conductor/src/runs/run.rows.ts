import type { ImageRef, RunRef, RunStatus, SluiceConfig, Stage, StepStatus } from '@sluice/contracts';

export interface RunRow {
  readonly id: string;
  readonly project: string;
  readonly number: number;
  readonly ref: string;
  readonly commit: string;
  readonly pusher: string;
  readonly subject: string;
  readonly cloneUrl: string;
  readonly pushedAt: Date;
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly images: ImageRef[] | null;
  readonly config: SluiceConfig | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface StepRow {
  readonly id: string;
  readonly run: string;
  readonly position: number;
  readonly try: number;
  readonly kind: 'stage' | 'gate' | 'verdict';
  readonly stage: Stage | null;
  readonly environment: string;
  readonly from: string | null;
  readonly status: StepStatus;
  readonly requestedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly result: Record<string, unknown> | null;
  readonly failure: { code: string; message: string; evidence?: object } | null;
}

export const refOf = ({ id, project, ref, commit }: RunRow): RunRef => ({ id, project, ref, commit });
