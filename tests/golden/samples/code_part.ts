export abstract class Store<T> {
  private cache = new Map<string, T>();
  abstract load(key: string): Promise<T>;
  async get(key: string): Promise<T> {
    const hit = this.cache.get(key);
    if (hit !== undefined) {
      return hit;
    }
    return this.load(key);
  }
}
export type Mode = 'a' | 'b';
enum Color {
  Red = 'red',
  Green = 'green',
  Blue = 'blue',
}
