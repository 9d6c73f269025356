/** The person's settings, whether or not there is a registry of settings. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal, type ISignal } from '@lumino/signaling';

import type { OwnPrice } from './context/money.js';
import type { Choices } from './context/state.js';
import type { Level } from './protocol.js';

export interface Settings {
  badges: boolean;
  statusBar: boolean;
  model: string;
  level: Level;
  /** 0: none. */
  budget: number;
  prices: Record<string, OwnPrice>;
}

const USUAL: Settings = { badges: true, statusBar: true, model: 'gpt-4o', level: 'faithful', budget: 0, prices: {} };

export class PanelSettings {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get values(): Settings {
    return this._values;
  }

  use(settings: ISettingRegistry.ISettings): void {
    const read = (): void => {
      this._values = { ...USUAL, ...(settings.composite as Partial<Settings>) };
      this._changed.emit();
    };
    this._settings = settings;
    settings.changed.connect(read);
    read();
  }

  async set<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
    this._values = { ...this._values, [name]: value };
    this._changed.emit();
    await this._settings?.set(name, value as never);
  }

  /** What a notebook starts with. */
  choices(): Choices {
    const { model, level, budget } = this._values;
    return { query: '', model, level, budget: budget || null, exclude: [], whole: [], variables: [], files: [], pins: {} };
  }

  private _values = USUAL;
  private _settings: ISettingRegistry.ISettings | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
