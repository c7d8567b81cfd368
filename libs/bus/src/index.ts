export { Bus, type Emit, type OnParked } from './bus.js';
export { BusModule } from './bus.module.js';
export type { Delivery } from './consumer.js';
export { BUS_MIGRATIONS } from './migrations.js';
