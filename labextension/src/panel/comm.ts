/**
 * The live kernel's side of the panel: one comm for each kernel, opened when something is wanted and closed with the
 * panel. Nothing is executed. A kernel without the extension closes the comm, and that is where it ends: the comm is
 * opened again when the kernel says hello, or after a restart, never for a status.
 */
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { HELLO_TARGET, KERNEL_TARGET, type KernelAnswer, type KernelRequest, type RestError } from './protocol.js';

/** closed: nobody asked. connecting: the kernel has not answered yet. absent: it does not have the extension. */
export type LinkState = 'closed' | 'connecting' | 'open' | 'absent';

type Body<T> = T extends unknown ? Omit<T, 'id'> : never;
export type KernelQuestion = Body<KernelRequest>;
export type Answer = Extract<KernelAnswer, { ok: true }>;
export type AnswerOf<T extends Answer['type']> = Extract<Answer, { type: T }>;

/** What JupyterLab 4.4 added to comms: they may have a thread of the kernel to themselves. */
interface SubshellComm {
  subshellId?: string | null;
  commsOverSubshells?: string;
  subshellStarted?: Promise<void>;
}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

const SUBSHELL_TIMEOUT_MS = 3000;

/** What the kernel refused, in its own words. */
export class KernelError extends Error {
  constructor(error: RestError) {
    super(error.message);
    this.name = error.kind;
  }
}

export class KernelLink {
  constructor(
    readonly kernel: Kernel.IKernelConnection,
    private readonly _trans: TranslationBundle,
    private readonly _onState: (state: LinkState) => void
  ) {
    kernel.registerCommTarget(HELLO_TARGET, this._onHello);
    kernel.statusChanged.connect(this._onStatus, this);
  }

  get state(): LinkState {
    return this._state;
  }

  /** Whether it answers while cells run. */
  get hasOwnThread(): boolean {
    return typeof (this._comm as SubshellComm | null)?.subshellId === 'string';
  }

  /** Opens the comm unless it is open, or the kernel said that it has nothing for us. */
  open(): void {
    this._isWanted = true;
    if (this._state === 'closed') {
      void this._connect();
    }
  }

  /** Closes the comm; the kernel keeps nothing of us. */
  close(): void {
    this._isWanted = false;
    this._drop('closed');
  }

  dispose(): void {
    this._isDisposed = true;
    this.close();
    if (!this.kernel.isDisposed) {
      this.kernel.removeCommTarget(HELLO_TARGET, this._onHello);
      this.kernel.statusChanged.disconnect(this._onStatus, this);
    }
  }

  /** @throws KernelError what the kernel refused; Error when the comm was closed meanwhile. */
  ask<T extends Answer['type']>(question: KernelQuestion): Promise<AnswerOf<T> | AnswerOf<'missing'>> {
    const id = this.tell(question);
    return new Promise((resolve, reject) => {
      this._waiting.set(id, { resolve: answer => { resolve(answer as AnswerOf<T>); }, reject });
    });
  }

  /** Sends what is not answered. */
  tell(question: KernelQuestion): number {
    if (this._comm === null) {
      throw new Error(this._trans.__('The kernel is not connected.'));
    }
    const id = ++this._lastId;
    this._comm.send({ ...question, id } as never);
    return id;
  }

  private async _connect(): Promise<void> {
    this._setState('connecting');
    const attempt = ++this._attempt;
    try {
      await this.kernel.info; // before it the kernel does not know whether it has subshells
      if (attempt !== this._attempt) {
        return;
      }
      const comm = this.kernel.createComm(KERNEL_TARGET);
      await onSubshell(comm, this.kernel);
      if (attempt !== this._attempt) {
        comm.dispose();
        return;
      }
      comm.onMsg = message => { this._onMessage(message); };
      comm.onClose = () => {
        if (this._comm === comm) {
          this._comm = null;
          this._drop('absent');
        }
      };
      this._comm = comm;
      comm.open();
      await this.ask<'hello'>({ type: 'hello' });
      this._setState('open');
    } catch {
      if (attempt === this._attempt && this._state === 'connecting') {
        this._drop('absent');
      }
    }
  }

  private _onMessage(message: KernelMessage.ICommMsgMsg): void {
    const answer = message.content.data as unknown as KernelAnswer;
    const waiting = this._waiting.get(answer.id);
    this._waiting.delete(answer.id);
    if (answer.ok) {
      waiting?.resolve(answer);
    } else {
      waiting?.reject(new KernelError(answer.error));
    }
  }

  private readonly _onHello = (comm: Kernel.IComm): void => {
    comm.onMsg = () => undefined;
    if (this._isWanted && (this._state === 'absent' || this._state === 'closed')) {
      void this._connect();
    } else if (this._state === 'absent') {
      this._setState('closed');
    }
  };

  private _onStatus(): void {
    const { status } = this.kernel;
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this._hasRestarted = true;
      this._drop('closed');
    } else if (this._hasRestarted && status === 'idle') {
      this._hasRestarted = false;
      if (this._isWanted) {
        void this._connect();
      }
    }
  }

  private _drop(state: LinkState): void {
    this._attempt++;
    const comm = this._comm;
    this._comm = null;
    if (comm && !comm.isDisposed && !this.kernel.isDisposed && this.kernel.connectionStatus === 'connected') {
      comm.close();
    }
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    waiting.forEach(({ reject }) => { reject(new Error(this._trans.__('The kernel closed the connection.'))); });
    this._setState(state);
  }

  private _setState(state: LinkState): void {
    if (this._state !== state) {
      this._state = state;
      if (!this._isDisposed) {
        this._onState(state);
      }
    }
  }

  private _state: LinkState = 'closed';
  private _comm: Kernel.IComm | null = null;
  private _isWanted = false;
  private _isDisposed = false;
  private _hasRestarted = false;
  private _attempt = 0;
  private _lastId = 0;
  private readonly _waiting = new Map<number, Waiting>();
}

/** A thread of the kernel for this comm, so that it answers while cells run. Opened at once it would be the main one. */
async function onSubshell(comm: SubshellComm, kernel: { supportsSubshells?: boolean }): Promise<void> {
  if (!('commsOverSubshells' in comm) || kernel.supportsSubshells !== true) {
    return;
  }
  comm.commsOverSubshells = 'perCommTarget';
  const late = new Promise<void>(resolve => setTimeout(resolve, SUBSHELL_TIMEOUT_MS));
  await Promise.race([comm.subshellStarted, late]);
}
