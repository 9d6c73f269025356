/** The name under which a model asks for what was left out. */
export const RETRIEVE_NAME = 'headroom_retrieve';

const DESCRIPTION =
  'Bring back what a marker like <<ccr:REF lines 4-9 of 20>> stands for: its words are the arguments,' +
  ' or search the original by query. A later <<4-9>> goes by the REF before it.';

const PARAMETERS = {
  type: 'object' as const,
  properties: {
    ref: { type: 'string', description: '12 hex digits after ccr:' },
    query: { type: 'string' },
    at: { type: 'string', description: 'place, as in the marker' },
    lines: { type: 'string', description: '4-9,12' },
    rows: { type: 'string' },
    chars: { type: 'string' },
    max_tokens: { type: 'integer' }
  },
  required: ['ref']
};

interface Tools {
  openai: {
    type: 'function';
    function: { name: string; description: string; parameters: Record<string, unknown> };
  };
  openai_responses: {
    type: 'function';
    name: string;
    description: string;
    parameters: Record<string, unknown>;
    strict: false;
  };
  anthropic: { name: string; description: string; input_schema: typeof PARAMETERS };
  gemini: { functionDeclarations: { name: string; description: string; parameters: Record<string, unknown> }[] };
}

/** The tool that lets a model ask for what was left out; put it into the request's `tools` from the first request on. */
export function retrieveTool<Provider extends keyof Tools>(provider: Provider): Tools[Provider] {
  const named = { name: RETRIEVE_NAME, description: DESCRIPTION };
  const parameters = structuredClone(PARAMETERS);
  const tools: Tools = {
    openai: { type: 'function', function: { ...named, parameters } },
    openai_responses: { type: 'function', ...named, parameters, strict: false }, // the SDK's type asks for strict
    anthropic: { ...named, input_schema: parameters },
    gemini: { functionDeclarations: [{ ...named, parameters }] }
  };
  return tools[provider];
}
