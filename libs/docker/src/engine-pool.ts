import { connectEngine, type Engine } from './engine.js';

/** One client per engine, made at first use and kept. */
export class EnginePool {
  private readonly engines = new Map<string, Engine>();

  to(host: string): Engine {
    const engine = this.engines.get(host) ?? connectEngine({ host });
    this.engines.set(host, engine);
    return engine;
  }

  close(): void {
    for (const engine of this.engines.values()) engine.close();
  }
}
