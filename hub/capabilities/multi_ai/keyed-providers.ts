import { Unavailable } from '../../errors.js';
import type { ModelObject } from './answer-types.js';

export interface KeyedProviderSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the AI Gateway is, when not at its public address. */
  readonly gatewayUrl: string | undefined;
}

interface KeyedProvider {
  /** Environment variable that holds the key. */
  readonly variable: string;
  /** Package of the provider and its factory; the gateway is part of `ai`. */
  readonly library?: { readonly name: string; readonly factory: string };
}

const keyedProviders: Readonly<Record<string, KeyedProvider>> = {
  gateway: { variable: 'AI_GATEWAY_API_KEY' },
  openai: { variable: 'OPENAI_API_KEY', library: { name: '@ai-sdk/openai', factory: 'createOpenAI' } },
  anthropic: {
    variable: 'ANTHROPIC_API_KEY',
    library: { name: '@ai-sdk/anthropic', factory: 'createAnthropic' },
  },
  google: {
    variable: 'GOOGLE_GENERATIVE_AI_API_KEY',
    library: { name: '@ai-sdk/google', factory: 'createGoogleGenerativeAI' },
  },
};

export const keyedProviderNames: readonly string[] = Object.keys(keyedProviders);

/** Splits `openai:gpt-5` into provider and model; undefined when it names no provider known here. */
export function parseProvider(text: string): { readonly name: string; readonly model: string } | undefined {
  const colon = text.indexOf(':');
  const [name, model] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon > 0 && model !== '' && Object.hasOwn(keyedProviders, name) ? { name, model } : undefined;
}

/**
 * A model of a provider that is paid by key.
 *
 * @throws Unavailable naming the environment variable of the key, or the package to install
 */
export async function createKeyedModel(
  name: string,
  model: string,
  { environment, gatewayUrl }: KeyedProviderSettings,
): Promise<ModelObject> {
  const provider = keyedProviders[name];
  if (provider === undefined) throw new Unavailable(`Provider "${name}" is not known.`);
  const apiKey = environment[provider.variable]?.trim();
  if (apiKey === undefined || apiKey === '') {
    throw new Unavailable(`${name} needs a key. Set the environment variable ${provider.variable}.`);
  }
  if (provider.library === undefined) {
    const { createGateway } = await import('ai');
    return createGateway({ apiKey, ...(gatewayUrl === undefined ? {} : { baseURL: gatewayUrl }) })(model);
  }
  const { name: library, factory } = provider.library;
  const create = await loadFactory(library, factory);
  return create({ apiKey })(model);
}

type CreateProvider = (settings: { readonly apiKey: string }) => (model: string) => ModelObject;

async function loadFactory(library: string, factory: string): Promise<CreateProvider> {
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(library)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Unavailable(`${library} is not installed. Run: npm install ${library}`, { cause: error });
  }
  const create = module[factory];
  if (typeof create === 'function') return create as CreateProvider;
  throw new Unavailable(`${library} has no ${factory}. Install a version for ai 6.`);
}
