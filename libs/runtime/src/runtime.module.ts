import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { BaseConfig } from './config.js';
import { HealthController } from './health.controller.js';
import type { Logger } from './logger.js';
import { Readiness } from './readiness.js';
import { LOGGER, SERVICE, type ServiceName } from './tokens.js';

/** What every other part may inject: the checked configuration, the logger, metrics, readiness and the service's name. */
@Global()
@Module({})
export class RuntimeModule {
  static for(service: ServiceName, config: BaseConfig, log: Logger, module: Type<unknown>): DynamicModule {
    const metrics = new Registry();
    metrics.setDefaultLabels({ service });
    collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 100 });
    const providers = [
      { provide: SERVICE, useValue: service },
      { provide: LOGGER, useValue: log },
      { provide: BaseConfig, useValue: config },
      { provide: config.constructor, useValue: config },
      { provide: Registry, useValue: metrics },
      Readiness,
    ];
    return { module: RuntimeModule, imports: [module], controllers: [HealthController], providers, exports: providers };
  }
}
