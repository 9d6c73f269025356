import assert from 'node:assert/strict';
import test from 'node:test';

import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { KernelLink, type LinkState } from '../../src/panel/comm.js';

type Message = Record<string, unknown>;

/** A kernel as far as a link sees it, which answers as it is told. */
class ScriptedKernel {
  info = Promise.resolve({});
  isDisposed = false;
  connectionStatus = 'connected';
  status = 'idle';
  opened = 0;
  answer: (message: Message) => Message | null = ({ id, type }) => ({ id, ok: true, type, hello: {} });
  closesAtOnce = false;
  hello: ((comm: object) => void) | null = null;
  listener: (() => void) | null = null;
  statusChanged = {
    connect: (listener: () => void, self: unknown) => { this.listener = listener.bind(self); },
    disconnect: () => { this.listener = null; }
  };

  registerCommTarget(_: string, hello: (comm: object) => void): void {
    this.hello = hello;
  }

  removeCommTarget(): void {
    this.hello = null;
  }

  createComm(): object {
    const comm = {
      isDisposed: false,
      onMsg: (_: object): void => undefined,
      onClose: (): void => undefined,
      open: () => {
        this.opened++;
        if (this.closesAtOnce) {
          queueMicrotask(() => { comm.onClose(); });
        }
      },
      close: () => { comm.isDisposed = true; },
      send: (message: Message) => {
        const data = this.answer(message);
        if (data && !this.closesAtOnce) {
          queueMicrotask(() => { comm.onMsg({ content: { data } }); });
        }
      }
    };
    return comm;
  }

  becomes(status: string): void {
    this.status = status;
    this.listener?.();
  }
}

function linked(kernel: ScriptedKernel): { link: KernelLink; states: LinkState[]; reaches: (state: LinkState) => Promise<void> } {
  const states: LinkState[] = [];
  let news = (): void => undefined;
  const link = new KernelLink(kernel as unknown as Kernel.IKernelConnection, { __: (words: string) => words } as unknown as TranslationBundle, state => {
    states.push(state);
    news();
  });
  const reaches = (state: LinkState): Promise<void> =>
    new Promise(resolve => {
      news = () => { if (link.state === state) { resolve(); } };
      news();
    });
  return { link, states, reaches };
}

test('a kernel with the extension is connected once, whatever its status does', async () => {
  const kernel = new ScriptedKernel();
  const { link, states, reaches } = linked(kernel);
  link.open();
  await reaches('open');
  for (const status of ['busy', 'idle', 'busy', 'idle']) {
    kernel.becomes(status);
  }
  link.open();
  assert.deepEqual([kernel.opened, states], [1, ['connecting', 'open']]);
});

test('a kernel without it is asked once, and again only when it says hello', async () => {
  const kernel = new ScriptedKernel();
  kernel.closesAtOnce = true;
  const { link, reaches } = linked(kernel);
  link.open();
  await reaches('absent');
  kernel.becomes('busy');
  kernel.becomes('idle');
  link.open();
  assert.equal(kernel.opened, 1);
  kernel.closesAtOnce = false;
  kernel.hello?.({});
  await reaches('open');
  assert.equal(kernel.opened, 2);
});

test('after a restart it is connected again, once, and what waited is told', async () => {
  const kernel = new ScriptedKernel();
  const { link, reaches } = linked(kernel);
  link.open();
  await reaches('open');
  kernel.answer = () => null;
  const waiting = assert.rejects(link.ask({ type: 'variables' }), /closed the connection/);
  kernel.becomes('restarting');
  await waiting;
  kernel.answer = ({ id, type }) => ({ id, ok: true, type, hello: {} });
  kernel.becomes('idle');
  await reaches('open');
  kernel.becomes('idle');
  assert.equal(kernel.opened, 2);
});

test('nothing is opened while nobody looks', async () => {
  const kernel = new ScriptedKernel();
  const { link, reaches } = linked(kernel);
  kernel.hello?.({});
  kernel.becomes('restarting');
  kernel.becomes('idle');
  assert.equal(kernel.opened, 0);
  link.open();
  await reaches('open');
  link.close();
  kernel.hello?.({});
  assert.deepEqual([kernel.opened, link.state], [1, 'closed']);
  link.dispose();
  assert.equal(kernel.hello, null);
});

test('a refusal is an error in the kernel’s own words', async () => {
  const kernel = new ScriptedKernel();
  const { link, reaches } = linked(kernel);
  link.open();
  await reaches('open');
  kernel.answer = ({ id }) => ({ id, ok: false, error: { message: 'there is no variable x', kind: 'InputError' } });
  await assert.rejects(link.ask({ type: 'variable', name: 'x' }), { name: 'InputError', message: 'there is no variable x' });
});
