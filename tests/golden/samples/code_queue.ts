import { EventEmitter } from 'node:events';
import type { Job, JobState } from './job';

export const DEFAULT_WORKERS = 4;

export interface QueueOptions {
  workers?: number;
  retries: number;
  onFailure?: (job: Job, reason: unknown) => void;
}

/** Runs jobs, a few at a time, in the order they came. */
export class Queue extends EventEmitter {
  private waiting: Job[] = [];
  private running = new Set<string>();
  readonly options: QueueOptions;

  constructor(options: QueueOptions) {
    super();
    this.options = { workers: DEFAULT_WORKERS, ...options };
  }

  get length(): number {
    return this.waiting.length;
  }

  push(job: Job): void {
    if (this.running.has(job.id)) {
      throw new Error(`job ${job.id} is running already`);
    }
    this.waiting.push(job);
    this.drain();
  }

  private drain(): void {
    while (this.running.size < (this.options.workers ?? 1)) {
      const next = this.waiting.shift();
      if (next === undefined) {
        return;
      }
      this.running.add(next.id);
      void this.run(next, this.options.retries);
    }
  }

  private async run(job: Job, triesLeft: number): Promise<void> {
    try {
      await job.work();
      this.finish(job, 'done');
    } catch (reason) {
      if (triesLeft > 0) {
        await this.run(job, triesLeft - 1);
        return;
      }
      this.options.onFailure?.(job, reason);
      this.finish(job, 'failed');
    }
  }

  private finish(job: Job, state: JobState): void {
    this.running.delete(job.id);
    this.emit(state, job);
    this.drain();
  }
}

export function byState(jobs: readonly Job[]): Map<JobState, Job[]> {
  const found = new Map<JobState, Job[]>();
  for (const job of jobs) {
    const same = found.get(job.state) ?? [];
    same.push(job);
    found.set(job.state, same);
  }
  return found;
}
