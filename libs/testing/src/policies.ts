import { ALLOW } from '@sluice/directory';
import { PUBLIC } from '@sluice/runtime';
import 'reflect-metadata';

type Class = abstract new (...args: never[]) => unknown;

/** What Nest's module and route decorators leave behind. */
const CONTROLLERS = 'controllers';
const IMPORTS = 'imports';
const METHOD = 'method';

interface ModuleLike {
  readonly module?: Class;
  readonly imports?: readonly unknown[];
  readonly controllers?: readonly Class[];
}

/** Every route below a module as `Controller.handler`, with whether something says who may use it. */
export function routesOf(module: Class): { route: string; guarded: boolean }[] {
  return [...controllersOf(module, new Set())].flatMap((controller) =>
    Object.entries(Object.getOwnPropertyDescriptors(controller.prototype as object))
      .filter(([, { value }]) => typeof value === 'function' && Reflect.hasMetadata(METHOD, value as object))
      .map(([name, { value }]) => ({
        route: `${controller.name}.${name}`,
        guarded: [value as object, controller].some(
          (target) => Reflect.hasMetadata(ALLOW, target) || Reflect.hasMetadata(PUBLIC, target),
        ),
      })),
  );
}

/** Routes without `@Allow` or `@Public`: nobody can use them, and nobody decided who may. */
export const routesWithoutPolicy = (module: Class): string[] =>
  routesOf(module)
    .filter(({ guarded }) => !guarded)
    .map(({ route }) => route);

function controllersOf(module: unknown, seen: Set<unknown>): Set<Class> {
  if (!module || seen.has(module)) return new Set();
  seen.add(module);
  const dynamic = typeof module === 'object' ? (module as ModuleLike) : { module: module as Class };
  const of = <T>(key: string): T[] => (dynamic.module && (Reflect.getMetadata(key, dynamic.module) as T[])) ?? [];
  const imports = [...(dynamic.imports ?? []), ...of<unknown>(IMPORTS)];
  return new Set([
    ...(dynamic.controllers ?? []),
    ...of<Class>(CONTROLLERS),
    ...imports.flatMap((imported) => [...controllersOf(imported, seen)]),
  ]);
}
