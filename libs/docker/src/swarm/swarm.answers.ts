/** The parts of the Engine API's answers (1.41 and newer) that a rollout is judged by. */
export interface ServiceAnswer {
  readonly ID: string;
  readonly Spec: {
    readonly Name: string;
    readonly TaskTemplate: {
      readonly ContainerSpec?: { readonly Image: string };
      readonly RestartPolicy?: { readonly Condition?: string };
    };
  };
  /** Set back to nothing by every update, and left so by one that changes no task. */
  readonly UpdateStatus?: UpdateStatusAnswer | null;
  /** With `?status=true`. */
  readonly ServiceStatus?: { readonly RunningTasks: number; readonly DesiredTasks: number };
}

export interface UpdateStatusAnswer {
  /** updating, paused, completed, rollback_started, rollback_paused or rollback_completed. */
  readonly State: string;
  readonly StartedAt?: string;
  readonly Message?: string;
}

export interface TaskAnswer {
  readonly ID: string;
  readonly ServiceID: string;
  /** Absent for a global service, which has one task per node. */
  readonly Slot?: number;
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Spec: { readonly ContainerSpec?: { readonly Image: string } };
  readonly Status: {
    /** When the state was reached, by the node's clock. */
    readonly Timestamp: string;
    readonly State: string;
    readonly Message?: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly ExitCode?: number } | null;
  };
}

/** A stack as the manager sees it at one moment. */
export interface StackView {
  readonly services: readonly ServiceAnswer[];
  readonly tasks: readonly TaskAnswer[];
  /** The tasks that are as their service asks now, by SwarmKit's own comparison. */
  readonly upToDate: ReadonlySet<string>;
}
