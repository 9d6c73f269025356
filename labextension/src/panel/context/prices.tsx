import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { tokens } from './format.js';
import type { ContextModel } from './model.js';
import { dollars, type KnownModel } from './money.js';
import type { NotebookContext } from './notebook.js';

interface Props {
  model: ContextModel;
  context: NotebookContext;
  trans: TranslationBundle;
}

/** What the context costs, for the chosen model and, unfolded, for all that are known. */
export function Prices({ model, context, trans }: Props): React.JSX.Element {
  const chosen = model.knownModel(context.choices.model);
  return (
    <details className="jp-Headroom-prices">
      <summary>{chosen ? summary(chosen, context, trans) : trans.__('price unknown')}</summary>
      <div className="jp-Headroom-scroll" tabIndex={0} role="region" aria-label={trans.__('Cost by model')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Model')}</th>
              <th scope="col">{trans.__('Tokens')}</th>
              <th scope="col">{trans.__('Before')}</th>
              <th scope="col">{trans.__('After')}</th>
              <th scope="col">{trans.__('$ per million')}</th>
              <th scope="col">{trans.__('Price of')}</th>
            </tr>
          </thead>
          <tbody>
            {chosenFirst(model.models(), context.choices.model).map(known => <ModelRow key={known.model} known={known} model={model} context={context} trans={trans} />)}
          </tbody>
        </table>
      </div>
      <p className="jp-Headroom-note">
        {trans.__('Input tokens, US dollars, as providers publish them or as you enter them; without caches. ≈: counted for %1.', context.choices.model)}
      </p>
    </details>
  );
}

function summary(known: KnownModel, context: NotebookContext, trans: TranslationBundle): string {
  const { before, after } = context.totals;
  if (known.perToken === null) {
    return trans.__('price unknown');
  }
  return trans.__('%1 → %2 (price of %3)', dollars(before * known.perToken), dollars(after * known.perToken), known.asOf);
}

function chosenFirst(models: readonly KnownModel[], chosen: string): KnownModel[] {
  return [...models].sort((one, other) => Number(other.model === chosen) - Number(one.model === chosen));
}

function ModelRow({ known, model, context, trans }: Props & { known: KnownModel }): React.JSX.Element {
  const { before, after, isEstimate } = context.totals;
  const isCounted = known.model === context.choices.model && !isEstimate;
  const cost = (count: number): string => (known.perToken === null ? trans.__('unknown') : dollars(count * known.perToken));
  return (
    <tr className={known.model === context.choices.model ? 'jp-mod-current' : ''}>
      <th scope="row">{known.model}</th>
      <td>{`${isCounted ? '' : '≈ '}${tokens(after)}`}</td>
      <td>{cost(before)}</td>
      <td>{cost(after)}</td>
      <td><PriceInput known={known} model={model} trans={trans} /></td>
      <td>{known.asOf || trans.__('unknown')}</td>
    </tr>
  );
}

function PriceInput({ known, model, trans }: { known: KnownModel; model: ContextModel; trans: TranslationBundle }): React.JSX.Element {
  const shown = known.perMillion === null ? '' : String(Number(known.perMillion.toFixed(6)));
  const [text, setText] = React.useState(shown);
  React.useEffect(() => { setText(shown); }, [shown]);
  const take = (): void => {
    const price = text.trim() === '' ? null : Number(text);
    if (text !== shown && (price === null || (Number.isFinite(price) && price >= 0))) {
      void model.setPrice(known.model, price);
    } else {
      setText(shown);
    }
  };
  return (
    <input type="number" className="jp-mod-styled" min={0} step="any" value={text} placeholder={trans.__('unknown')}
      aria-label={trans.__('US dollars for a million input tokens of %1', known.model)}
      title={known.isOwn ? trans.__('Your price; empty it to go back') : trans.__('Enter your own price')}
      onChange={event => { setText(event.target.value); }} onBlur={take}
      onKeyDown={event => { if (event.key === 'Enter') { take(); } }} />
  );
}
