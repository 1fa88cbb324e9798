const config = `import { defineConfig } from 'vitest/config';
import { realWorld } from 'vitest-realworld/plugin';

export default defineConfig({
  plugins: [realWorld({ limits: { cpuPercentMax: 100 }, seed: 7 })],
});
`;

const hub = `import { defineCapability, defineHub } from 'vitest-realworld';
import { Catalogue } from './shop/catalogue.ts';
import { Stock } from './shop/stock.ts';

export default defineHub({
  capabilities: {
    catalogue: defineCapability({ create: () => new Catalogue() }),
    stock: defineCapability({ create: ({ stateDirectory }) => new Stock(stateDirectory) }),
  },
});
`;

const products = `export interface Product {
  readonly name: string;
  readonly price: number;
}

const kinds = ['bolt', 'lamp', 'chair', 'table', 'clock', 'plate', 'wheel', 'shelf'];

/** What the shop has to offer. */
export function readProducts(): Product[] {
  return Array.from({ length: 120_000 }, (_, index) => ({
    name: \`\${kinds[index % kinds.length]} no. \${(index * 7_919) % 120_011}\`,
    price: (index * 31) % 997,
  }));
}
`;

const catalogue = `import { type Product, readProducts } from './products.ts';

export class Catalogue {
  readonly #products = readProducts();

  /** The ten products whose names begin with a word, in the order of their names. */
  search(word: string): Product[] {
    const sorted = [...this.#products].sort((left, right) => left.name.localeCompare(right.name, 'en'));
    return sorted.filter(({ name }) => name.startsWith(word)).slice(0, 10);
  }
}
`;

const mendedCatalogue = `import { type Product, readProducts } from './products.ts';

const collator = new Intl.Collator('en');

export class Catalogue {
  /** Sorted once, by kind, when the shop opens. */
  readonly #byKind = groupByKind(readProducts());

  /** The ten products whose names begin with a word, in the order of their names. */
  search(word: string): Product[] {
    const [kind = ''] = word.split(' ');
    return (this.#byKind.get(kind) ?? []).filter(({ name }) => name.startsWith(word)).slice(0, 10);
  }
}

function groupByKind(products: Product[]): Map<string, Product[]> {
  const groups = new Map<string, Product[]>();
  for (const product of products) {
    const [kind = ''] = product.name.split(' ');
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [product]);
    else group.push(product);
  }
  for (const group of groups.values()) group.sort((left, right) => collator.compare(left.name, right.name));
  return groups;
}
`;

const stock = `import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How many of each thing are left, kept in a file. */
export class Stock {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'stock.json');
  }

  async put(count: number): Promise<void> {
    await mkdir(join(this.#path, '..'), { recursive: true });
    await writeFile(this.#path, String(count));
  }

  async left(): Promise<number> {
    return Number(await readFile(this.#path, 'utf8'));
  }

  /** Sells one. */
  async take(): Promise<void> {
    const left = await this.left();
    await writeFile(this.#path, String(left - 1));
  }
}
`;

const mendedStock = stock
  .replace(
    '  constructor(',
    `  /** The sale before: the next one waits for it. */
  #last: Promise<void> = Promise.resolve();

  constructor(`,
  )
  .replace(
    `  async take(): Promise<void> {
    const left = await this.left();
    await writeFile(this.#path, String(left - 1));
  }`,
    `  take(): Promise<void> {
    this.#last = this.#last.then(async () => {
      await writeFile(this.#path, String((await this.left()) - 1));
    });
    return this.#last;
  }`,
  );

const scenarios = `import { expect } from 'vitest';
import { realWorldTest as realWorld } from 'vitest-realworld';

const words = ['bolt', 'lamp no. 1', 'chair', 'wheel no. 42'];

realWorld.scenario('answers customers who search', { kind: 'load' }, async ({ hub, load }) => {
  const result = await load.closed({
    name: 'search',
    users: 3,
    thinkTimeMs: 50,
    iterate: (iteration) => {
      const word = words[iteration % words.length] ?? 'bolt';
      const found = hub.catalogue.search(word);
      expect(found.every(({ name }) => name.startsWith(word))).toBe(true);
    },
  });
  expect(result.failures).toEqual([]);
});

realWorld.scenario('sells to everybody at once', { kind: 'integration' }, async ({ hub, record }) => {
  const buyers = 20;
  let lost = 0;
  for (let round = 0; round < 5; round++) {
    await hub.stock.put(buyers);
    await Promise.all(Array.from({ length: buyers }, () => hub.stock.take()));
    lost += await hub.stock.left();
  }
  record.metric('effects_lost', lost, 'count', { capability: 'stock' });
});
`;

/** The files of the tour's system. */
export const demoFiles: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "demo-shop", "private": true, "type": "module" }\n',
  'vitest.config.ts': config,
  'hub.ts': hub,
  'shop/products.ts': products,
  'shop/catalogue.ts': catalogue,
  'shop/stock.ts': stock,
  'shop.realworld.ts': scenarios,
};

/** Those that change when its weaknesses are mended. */
export const mendedFiles: Readonly<Record<string, string>> = {
  'shop/catalogue.ts': mendedCatalogue,
  'shop/stock.ts': mendedStock,
};
