import { types } from 'node:util';

const nodesMax = 200;
const charsMax = 20_000;
const depthMax = 6;

/**
 * A text that two calls share only when they were given the same input: plain data, written out. It never calls a getter or a
 * trap of the system under test.
 *
 * @returns null for input that cannot be compared by its text: functions, instances, promises, or very much of it
 */
export function inputKey(args: readonly unknown[]): string | null {
  const writer = new InputWriter();
  return writer.write(args, 0) ? writer.text : null;
}

class InputWriter {
  text = '';
  #nodes = 0;

  /** False as soon as something cannot be written. */
  write(value: unknown, depth: number): boolean {
    if (++this.#nodes > nodesMax || depth > depthMax || this.text.length > charsMax) return false;
    switch (typeof value) {
      case 'string':
        return this.#add(JSON.stringify(value));
      case 'number':
      case 'bigint':
      case 'boolean':
      case 'undefined':
        return this.#add(`${typeof value}:${String(value)}`);
      case 'object':
        return value === null ? this.#add('null') : this.#writeObject(value, depth);
      default:
        return false;
    }
  }

  #writeObject(value: object, depth: number): boolean {
    if (types.isProxy(value)) return false;
    const isArray = Array.isArray(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (!isArray && prototype !== Object.prototype && prototype !== null) return false;
    this.text += isArray ? '[' : '{';
    for (const name of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, name);
      if (property === undefined || !property.enumerable) continue;
      if (typeof name === 'symbol' || !('value' in property)) return false;
      this.text += `${JSON.stringify(name)}=`;
      if (!this.write(property.value, depth + 1)) return false;
      this.text += ',';
    }
    return this.#add(isArray ? ']' : '}');
  }

  #add(text: string): boolean {
    this.text += text;
    return this.text.length <= charsMax;
  }
}
