import { Injectable } from '@nestjs/common';

/** One at a time per project, in the order they asked. */
@Injectable()
export class ProjectLock {
  private readonly tails = new Map<string, Promise<void>>();

  /** Resolves with the function that gives the lock back. */
  async take(project: string): Promise<() => void> {
    const before = this.tails.get(project);
    let release!: () => void;
    const mine = new Promise<void>((resolve) => (release = resolve));
    const tail = (before ?? Promise.resolve()).then(() => mine);
    this.tails.set(project, tail);
    void tail.then(() => this.tails.get(project) === tail && this.tails.delete(project));
    await before;
    return release;
  }
}
