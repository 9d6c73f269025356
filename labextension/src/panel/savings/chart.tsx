import type { IThemeManager } from '@jupyterlab/apputils';
import { MimeModel, type IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import React, { useEffect, useRef, useState } from 'react';

import { reasonOf } from '../ui/reason.js';
import type { Look } from './specs.js';

const TYPES = ['application/vnd.vegalite.v5+json', 'application/vnd.vegalite.v6+json', 'application/vnd.vegalite.v4+json'];

/** Charts are drawn anew when they got so much wider or narrower, in pixels. */
const STEP = 20;

export interface ChartProps {
  rendermime: IRenderMimeRegistry;
  themes: IThemeManager | null;
  label: string;
  spec: (look: Look) => Record<string, unknown>;
  /** Drawn anew when it changes. */
  data: unknown;
}

/** A chart that Lab's own Vega draws; nothing where there is none: the figures stand beside it in a table. */
export function Chart({ rendermime, themes, label, spec, data }: ChartProps): React.JSX.Element | null {
  const host = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useState(0);
  const [width, setWidth] = useState(0);
  const [error, setError] = useState('');
  const type = TYPES.find(one => rendermime.mimeTypes.includes(one));
  useEffect(() => {
    const redraw = (): void => { setTheme(count => count + 1); };
    themes?.themeChanged.connect(redraw);
    return () => { themes?.themeChanged.disconnect(redraw); };
  }, [themes]);
  useEffect(() => {
    const node = host.current;
    const observer = new ResizeObserver(() => { setWidth(Math.floor((node?.clientWidth ?? 0) / STEP) * STEP); });
    if (node) {
      observer.observe(node);
    }
    return () => { observer.disconnect(); };
  }, []);
  useEffect(() => {
    const node = host.current;
    if (!node || width === 0 || type === undefined) {
      return undefined;
    }
    const renderer = rendermime.createRenderer(type);
    MessageLoop.sendMessage(renderer, Widget.Msg.BeforeAttach);
    node.append(renderer.node);
    MessageLoop.sendMessage(renderer, Widget.Msg.AfterAttach);
    // Its menu leads to a page on the network.
    const metadata = { [type]: { embed_options: { actions: false, renderer: 'svg' } } };
    const model = new MimeModel({ data: { [type]: spec(look(node, width)) as ReadonlyJSONObject }, metadata, trusted: true });
    renderer.renderModel(model).catch((reason: unknown) => { setError(reasonOf(reason)); });
    return () => {
      renderer.dispose();
      node.replaceChildren();
    };
  }, [data, theme, type, width]);
  if (type === undefined) {
    return null;
  }
  return (
    <figure className="jp-Headroom-chart" role="figure" aria-label={label}>
      <div ref={host} />
      {error && <div role="alert" className="jp-Headroom-error">{error}</div>}
    </figure>
  );
}

/** The theme's colours; Vega takes no variables. */
function look(node: HTMLElement, width: number): Look {
  const style = getComputedStyle(node);
  const colour = (name: string): string => style.getPropertyValue(name).trim() || style.color;
  return {
    text: colour('--jp-ui-font-color1'),
    grid: colour('--jp-border-color2'),
    before: colour('--jp-warn-color1'),
    after: colour('--jp-success-color1'),
    retrieved: colour('--jp-info-color1'),
    font: style.fontFamily,
    width
  };
}
