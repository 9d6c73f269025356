import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { percent, saved, tokens } from './format.js';
import type { ContextModel } from './model.js';
import type { NotebookContext } from './notebook.js';
import { Prices } from './prices.js';

interface Props {
  model: ContextModel;
  context: NotebookContext;
  commands: CommandRegistry;
  trans: TranslationBundle;
}

/** Question, model, budget; what all of it costs; and what can be done with it. */
export function Header({ model, context, commands, trans }: Props): React.JSX.Element {
  const { before, after, isEstimate } = context.totals;
  return (
    <div className="jp-Headroom-header">
      <Question context={context} trans={trans} />
      <div className="jp-Headroom-pair">
        <label>
          {trans.__('Model')}
          <select value={context.choices.model} onChange={event => { context.choose({ model: event.target.value }); }}>
            {model.models().map(known => <option key={known.model}>{known.model}</option>)}
          </select>
        </label>
        <Budget context={context} trans={trans} />
      </div>
      <BudgetBar model={model} context={context} trans={trans} />
      <p className="jp-Headroom-totals" role="status" aria-live="polite">
        {isEstimate ? '≈ ' : ''}
        {trans.__('%1 → %2 tokens', tokens(before), tokens(after))}
        <span className="jp-Headroom-saved">{trans.__('%1 saved', saved(before, after))}</span>
      </p>
      <Prices model={model} context={context} trans={trans} />
      <div className="jp-Headroom-actions" role="toolbar" aria-label={trans.__('What can be done with the context')}>
        {ACTIONS.filter(id => commands.hasCommand(id) && commands.isVisible(id)).map(id => (
          <button key={id} className="jp-Headroom-button" title={commands.caption(id)} disabled={!commands.isEnabled(id)}
            onClick={() => { void commands.execute(id); }}>
            {commands.label(id)}
          </button>
        ))}
      </div>
      <Source context={context} commands={commands} trans={trans} />
    </div>
  );
}

const ACTIONS = ['headroom:copy-context', 'headroom:insert-context', 'headroom:send-to-chat'];

function Question({ context, trans }: { context: NotebookContext; trans: TranslationBundle }): React.JSX.Element {
  const [text, setText] = React.useState(context.choices.query);
  const kept = context.choices.query;
  React.useEffect(() => { setText(kept); }, [kept]);
  React.useEffect(() => {
    if (text === context.choices.query) {
      return undefined;
    }
    const timer = setTimeout(() => { context.choose({ query: text }); }, 400);
    return () => { clearTimeout(timer); };
  }, [text]);
  const label = trans.__('Question: what it asks about is kept');
  return (
    <div className="jp-Headroom-question">
      <input type="search" className="jp-mod-styled" value={text} placeholder={trans.__('What is it to answer?')} aria-label={label}
        title={label} onChange={event => { setText(event.target.value); }} />
    </div>
  );
}

function Budget({ context, trans }: { context: NotebookContext; trans: TranslationBundle }): React.JSX.Element {
  const { budget } = context.choices;
  const [text, setText] = React.useState(budget === null ? '' : String(budget));
  React.useEffect(() => { setText(budget === null ? '' : String(budget)); }, [budget]);
  const take = (): void => {
    const wanted = text.trim() === '' ? null : Math.max(0, Math.round(Number(text)));
    if (wanted === null || Number.isFinite(wanted)) {
      if (wanted !== budget) {
        context.choose({ budget: wanted });
      }
    } else {
      setText(budget === null ? '' : String(budget));
    }
  };
  return (
    <label>
      {trans.__('Budget')}
      <input type="number" className="jp-mod-styled" min={0} step={500} value={text} placeholder={trans.__('none')}
        title={trans.__('Tokens for everything together; empty: as small as it becomes by itself')}
        onChange={event => { setText(event.target.value); }} onBlur={take}
        onKeyDown={event => { if (event.key === 'Enter') { take(); } }} />
    </label>
  );
}

/** How much of the budget is used; without one, of the model's window. */
function BudgetBar({ model, context, trans }: Omit<Props, 'commands'>): React.JSX.Element {
  const { budget, model: name } = context.choices;
  const window = model.knownModel(name)?.window ?? null;
  const { after } = context.totals;
  const limit = budget ?? window;
  if (limit === null) {
    return <p className="jp-Headroom-note">{trans.__('The window of %1 is not known: set a budget to see how full it gets.', name)}</p>;
  }
  const share = limit > 0 ? after / limit : 1;
  const isOver = after > limit;
  const words = budget !== null
    ? trans.__('%1 of a budget of %2 tokens', tokens(after), tokens(limit))
    : trans.__('%1 of the model’s %2 tokens', tokens(after), tokens(limit));
  return (
    <div className={`jp-Headroom-budget${isOver ? ' jp-mod-over' : ''}`} title={words}>
      <div role="meter" aria-label={budget !== null ? trans.__('Budget used') : trans.__('Context window used')} aria-valuemin={0}
        aria-valuemax={limit} aria-valuenow={Math.min(after, limit)} aria-valuetext={words}>
        <div style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
      <span>{isOver ? trans.__('%1 over', tokens(after - limit)) : share < 0.01 ? trans.__('under 1 %') : percent(share)}</span>
    </div>
  );
}

/** Where the rows come from, and what stands in the way. */
function Source({ context, commands, trans }: Omit<Props, 'model'>): React.JSX.Element {
  if (context.error) {
    return <p className="jp-Headroom-note jp-mod-error" role="alert">{context.error}</p>;
  }
  const load = 'headroom:load-extension';
  const isAbsent = context.link === 'absent' && commands.isEnabled(load);
  return (
    <p className="jp-Headroom-note">
      <span className={`jp-Headroom-dot${context.isBusy ? ' jp-mod-busy' : ''}`} aria-hidden="true" />
      {sourceWords(context, trans)}
      {isAbsent ? (
        <button className="jp-Headroom-link" title={commands.caption(load)} onClick={() => { void commands.execute(load); }}>
          {commands.label(load)}
        </button>
      ) : null}
    </p>
  );
}

function sourceWords(context: NotebookContext, trans: TranslationBundle): string {
  if (context.origin === null) {
    return trans.__('Reading the notebook…');
  }
  if (context.progress) {
    return trans.__('Reading: %1 of %2 parts…', tokens(context.progress.read), tokens(context.progress.total));
  }
  if (context.origin === 'kernel') {
    return trans.__('From the live kernel.');
  }
  const read = context.origin === 'saved' ? trans.__('From the saved notebook.') : trans.__('From the open notebook.');
  const why = {
    absent: trans.__('The kernel does not have headroom_jupyter.'),
    none: trans.__('There is no kernel.'),
    connecting: trans.__('Waiting for the kernel.'),
    closed: trans.__('There is no kernel.'),
    open: trans.__('The kernel is busy.')
  }[context.link];
  return `${read} ${why}`;
}
